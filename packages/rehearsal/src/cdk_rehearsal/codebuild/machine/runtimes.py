"""``runtime-versions``: on AWS they choose what an image installs; here they are held against the machine's tools."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping

from cdk_rehearsal.errors import RehearsalError

TOOLS = {"python": "python3", "nodejs": "node"}
VERSION = re.compile(r"\d+(?:\.\d+)*")
SECONDS = 60


def satisfies(found: str, wanted: str) -> bool:
    """Say whether a version is one that ``wanted`` allows: ``3.11``, ``18.x`` or ``latest``."""
    parts = found.split(".")
    for position, part in enumerate(wanted.split(".")):
        if part in {"x", "latest"}:
            return True
        if position >= len(parts) or parts[position] != part:
            return False
    return True


def check_runtimes(wanted: Mapping[str, str], environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for the log for each runtime whose version on this machine is another than the buildspec's.

    Raises:
        RehearsalError: the tool is not on the build's PATH, or a rehearsal doesn't know the runtime.
    """
    for runtime, version in wanted.items():
        if runtime not in TOOLS:
            raise RehearsalError(f"runtime-versions: {runtime} is not supported; {' and '.join(TOOLS)} are")
        tool = TOOLS[runtime]
        program = shutil.which(tool, path=environment["PATH"])
        if program is None:
            raise RehearsalError(f"runtime-versions: {runtime} needs {tool}, which is not on the PATH of builds")
        found = _version(program, environment)
        if not satisfies(found, version):
            yield f"runtime-versions: {runtime} {version} is asked for; this machine's {tool} {found} is used"


def _version(program: str, environment: Mapping[str, str]) -> str:
    answer = subprocess.run(  # noqa: S603 - a tool of the build's own PATH
        [program, "--version"], env=dict(environment), capture_output=True, text=True, check=False, timeout=SECONDS
    )
    match = VERSION.search(answer.stdout)
    if match is None:
        raise RehearsalError(f"runtime-versions: {program} --version fails: {answer.stderr.strip() or answer.stdout!r}")
    return match[0]
