"""Saves state while the emulator runs, so that a kill or a crash costs seconds and not everything.

MiniStack saves when it is told to stop, and only then. Here a thread saves whenever something was asked for since the
last time, at most every :data:`INTERVAL_SECONDS`; and whoever reports a success saves first (``hooks.save_now``), or
learns after a kill that it was undone (``hooks.saved_until``).

A stack is saved before an operation on it or after, never in the middle: whatever was half made is gone after a kill,
and the operation can be asked for again.
"""
# ruff: noqa: SLF001 - MiniStack's dispatcher has no public door

import logging
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import ministack.app

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions import interrupted
from cdk_rehearsal.emulator.wiring.loop import between_requests
from cdk_rehearsal.emulator.wiring.snapshots import Snapshots
from cdk_rehearsal.emulator.wiring.state import save_with

INTERVAL_SECONDS = 5
PATIENCE_SECONDS = 30.0
PAUSE_SECONDS = 0.05

log = logging.getLogger(__name__)


class Checkpoints:
    """The thread that saves, and what tells it that there is something to save."""

    def __init__(
        self, save: Callable[[bool], bool], interval: float = INTERVAL_SECONDS, patience: float = PATIENCE_SECONDS
    ) -> None:
        """Call ``save`` at most once in ``interval`` seconds.

        It answers whether it saved, which it declines while a stack changes; it is asked again then, and after
        ``patience`` seconds told by its argument to save all the same.
        """
        self._save = save
        self._interval = interval
        self._patience = patience
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
        """End; a save that has begun is finished. Before the beginning, it is then over at once."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _save_at_rest(self) -> None:
        give_up = time.monotonic() + self._patience
        while not self._save(time.monotonic() >= give_up):
            if self._stopping.wait(PAUSE_SECONDS):
                return  # the state is saved as it is when everything has stopped

    def _run(self) -> None:
        while not self._stopping.wait(self._interval):
            if self._asked.is_set():
                self._asked.clear()
                try:
                    self._save_at_rest()
                except Exception:
                    # Such as a full disk: the next action fails of it by name, since it saves, too.
                    log.exception("the state was not saved")


def install(config: EmulatorConfig) -> None:
    """Watch every request, save in the background, and mend what a kill has cut off."""
    snapshots = Snapshots(config.state_dir / "state" / "snapshot.json")
    snapshots.install()
    interrupted.mend(snapshots.saved)
    saves = partial(save, snapshots)
    checkpoints = Checkpoints(lambda anyway: between_requests(partial(saves, anyway=anyway)))
    dispatch: Callable[..., Awaitable[Any]] = ministack.app._dispatch_service_request

    async def noted(*arguments: Any) -> Any:
        try:
            return await dispatch(*arguments)
        finally:
            checkpoints.note_request()

    ministack.app._dispatch_service_request = noted
    save_with(lambda: between_requests(saves), saved_until=snapshots.taken)
    hooks.on_started(snapshots.forget)
    hooks.on_started(checkpoints.start)
    hooks.on_stopping(checkpoints.stop)


def save(snapshots: Snapshots, *, anyway: bool = False) -> bool:
    """Write the state of every service that was used, unless a stack changes just now; answer whether it was."""
    if interrupted.stack_changes() and not anyway:
        return False
    snapshots.write(ministack.app._build_persistence_save_dict())
    return True
