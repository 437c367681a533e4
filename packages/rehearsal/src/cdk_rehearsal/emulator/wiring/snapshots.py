"""The state of every service in one file, which is replaced as a whole.

MiniStack writes a file a service, one after the other. A kill in between would leave a bucket without the stack that
made it, or a stack without its bucket.
"""
# ruff: noqa: SLF001 - MiniStack's persistence has no public door

import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ministack.app
from ministack.core import persistence
from ministack.services import lambda_svc

from cdk_rehearsal.emulator.contracts import Json
from cdk_rehearsal.errors import RehearsalError

ATTEMPTS = 5


class Snapshots:
    """Writes the states of all services to a file, and gives each service its own back when the emulator starts."""

    def __init__(self, path: Path) -> None:
        """Keep them in ``path``."""
        self._path = path
        self._saved: dict[str, Any] = {}
        self.taken = 0.0
        """When the loaded one was taken, in seconds since the epoch; 0 where there is none."""

    def install(self) -> None:
        """Save and load in place of MiniStack."""
        if self._path.exists():
            found = json.loads(self._path.read_text(), object_hook=persistence._json_object_hook)
            self.taken, self._saved = found["taken"], found["services"]
        ministack.app.load_state = self._saved.get
        ministack.app.save_all = self.write
        # Code of functions lies beside the snapshot: what the last one names must stay until the next one is written.
        lambda_svc._prune_orphan_code_blobs = lambda _referenced: None

    @property
    def saved(self) -> Mapping[str, Any]:
        """What was saved when the emulator started, by service."""
        return self._saved

    def forget(self) -> None:
        """Let go of what was loaded."""
        self._saved.clear()

    def write(self, states: Mapping[str, Any]) -> None:
        """Replace the file by what ``states`` answer, a function a service. Call it on the event loop.

        Raises :class:`RehearsalError` where it cannot be written; the file is then the one that was there before.
        """
        taken = time.time()
        text = json.dumps({"taken": taken, "services": _collected(states)}, default=persistence._json_default)
        draft = self._path.with_suffix(".draft")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            draft.replace(self._path)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise RehearsalError(f"the emulator's state cannot be saved to {self._path}: {error.strerror}") from error


def _collected(states: Mapping[str, Any]) -> Json:
    for _ in range(ATTEMPTS - 1):
        # A thread, such as a build's, may add to a table while it is copied.
        with contextlib.suppress(RuntimeError):
            return _copied(states)
    return _copied(states)


def _copied(states: Mapping[str, Any]) -> Json:
    copied = {name: get_state() for name, get_state in states.items()}
    return {name: state for name, state in copied.items() if state is not None}
