"""The command line that runs a program in a sandbox."""

import subprocess
import sys
from pathlib import Path

from cdk_rehearsal.sandbox import launch
from cdk_rehearsal.sandbox.specification import Specification

PROBE_SECONDS = 30


def confined(specification: Path) -> list[str]:
    """Return what goes before a command so that it runs in the sandbox of a specification that was saved."""
    return [sys.executable, "-I", "-S", launch.__file__, str(specification)]


def unavailable(scratch: Path) -> str:
    """Try a sandbox without network on this machine; return why there can be none, empty if there can."""
    if sys.platform != "linux":
        return f"{sys.platform} has no user namespaces"
    specification = scratch / "probe.json"
    root = scratch / "probe"
    root.mkdir(parents=True, exist_ok=True)
    Specification(root=str(root), mounts=(), links=()).save(specification)
    # A command that is not there: the sandbox itself is what is tried.
    answer = subprocess.run(  # noqa: S603 - our own launcher
        [*confined(specification), "/nothing"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PROBE_SECONDS,
        cwd="/",
    )
    return "" if answer.returncode == NOT_FOUND else answer.stderr.strip().removeprefix("sandbox: ")


NOT_FOUND = 127
