"""The bare repository that stands for the one behind a source connection."""

import json
import re
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.source import announce
from cdk_rehearsal.source.git import git

FULL_NAME = re.compile(r"[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+")


def repository_path(config: EmulatorConfig, full_name: str) -> Path:
    """Return where the repository ``owner/name`` lies.

    Raises:
        RehearsalError: the name is none.
    """
    if not FULL_NAME.fullmatch(full_name) or any(set(part) == {"."} for part in full_name.split("/")):
        raise RehearsalError(f"repository {full_name!r}: expected owner/name, as in acme/payments")
    return config.repositories / f"{full_name}.git"


def codecommit_name(account: str, region: str, name: str) -> str:
    """Return the full name of the repository behind one of CodeCommit's."""
    return f"codecommit/{account}/{region}/{name}"


def create_repository(config: EmulatorConfig, full_name: str, **more: object) -> Path:
    """Make the bare repository ``owner/name`` unless it is there; its pushes start pipelines of this emulator.

    Call it for each emulator that is started: the hook knows the emulator's address. ``more`` is what an announcement
    of a push carries besides (:class:`cdk_rehearsal.codepipeline.push.PushRoute`).

    Raises:
        RehearsalError: the name is none, git is missing, or the folder cannot be written.
    """
    path = repository_path(config, full_name)
    try:
        if not (path / "HEAD").exists():
            path.mkdir(parents=True, exist_ok=True)
            git(path, "init", "--quiet", "--bare", "--initial-branch=main", "--template=")
        _write_hook(path / "hooks" / "post-receive", config, full_name, more)
    except OSError as error:
        raise RehearsalError(f"cannot write the repository {path}: {error.strerror}") from None
    return path


def _write_hook(hook: Path, config: EmulatorConfig, full_name: str, more: Mapping[str, object]) -> None:
    hook.parent.mkdir(exist_ok=True)
    words = [sys.executable, "-I", announce.__file__, config.endpoint, str(config.token_file), full_name]
    words += [json.dumps(more)] if more else []
    hook.write_text(f"#!/bin/sh\nexec {' '.join(shlex.quote(word) for word in words)}\n")
    hook.chmod(0o755)
