"""The bare repository that stands for the one behind a source connection."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from rehearsal.emulator.config import EmulatorConfig
from rehearsal.errors import RehearsalError
from rehearsal.source import announce

FULL_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")


def repository_path(config: EmulatorConfig, full_name: str) -> Path:
    """Return where the repository ``owner/name`` lies.

    Raises:
        RehearsalError: the name is none.
    """
    if not FULL_NAME.fullmatch(full_name) or any(set(part) == {"."} for part in full_name.split("/")):
        raise RehearsalError(f"repository {full_name!r}: expected owner/name, as in acme/payments")
    return config.repositories / f"{full_name}.git"


def create_repository(config: EmulatorConfig, full_name: str) -> Path:
    """Make the bare repository ``owner/name`` unless it is there; its pushes start pipelines of this emulator.

    Call it for each emulator that is started: the hook knows the emulator's address.

    Raises:
        RehearsalError: the name is none, or git is missing.
    """
    path = repository_path(config, full_name)
    if not (path / "HEAD").exists():
        path.mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        command = ["git", "init", "--quiet", "--bare", "--initial-branch=main", "--template=", str(path)]
        try:
            subprocess.run(command, env=environment, check=True)  # noqa: S603 - our own words
        except FileNotFoundError:
            raise RehearsalError("git is not on PATH; install it") from None
    _write_hook(path / "hooks" / "post-receive", config.endpoint, full_name)
    return path


def _write_hook(hook: Path, endpoint: str, full_name: str) -> None:
    hook.parent.mkdir(exist_ok=True)
    words = [sys.executable, "-I", announce.__file__, endpoint, full_name]
    hook.write_text(f"#!/bin/sh\nexec {' '.join(shlex.quote(word) for word in words)}\n")
    hook.chmod(0o755)
