"""Saves state while the emulator runs, so that a kill or a crash costs seconds and not everything.

MiniStack saves when it is told to stop, and only then. Here a thread saves whenever something was asked for since the
last time, at most every :data:`INTERVAL_SECONDS`.
"""
# ruff: noqa: SLF001 - MiniStack's persistence has no public door

import threading
from collections.abc import Awaitable, Callable
from typing import Any

import ministack.app
from ministack.core import persistence

from rehearsal.emulator import hooks
from rehearsal.emulator.config import EmulatorConfig

INTERVAL_SECONDS = 5


class Checkpoints:
    """The thread that saves, and what tells it that there is something to save."""

    def __init__(self, save: Callable[[], None], interval: float = INTERVAL_SECONDS) -> None:
        """Call ``save`` at most once in ``interval`` seconds."""
        self._save = save
        self._interval = interval
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)

    def note_request(self) -> None:
        """Remember that something may have changed."""
        self._asked.set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; a save that has begun is finished."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            if self._asked.is_set():
                self._asked.clear()
                self._save()


def install(_config: EmulatorConfig) -> None:
    """Watch every request, and save in the background."""
    checkpoints = Checkpoints(save)
    dispatch: Callable[..., Awaitable[Any]] = ministack.app._dispatch_service_request

    async def noted(*arguments: Any) -> Any:
        try:
            return await dispatch(*arguments)
        finally:
            checkpoints.note_request()

    ministack.app._dispatch_service_request = noted
    hooks.on_started(checkpoints.start)
    hooks.on_stopping(checkpoints.stop)


def save() -> None:
    """Write the state of every service that was used."""
    persistence.save_all(ministack.app._build_persistence_save_dict())
