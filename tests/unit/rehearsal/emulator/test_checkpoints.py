import threading

import pytest

from rehearsal.emulator.extensions import checkpoints as module
from rehearsal.emulator.extensions.checkpoints import Checkpoints

PATIENCE_SECONDS = 10


class Saves:
    """What checkpoints call: it declines as often as it is told to, unless it must save."""

    def __init__(self, *, declines: int = 0, fault: Exception | None = None) -> None:
        self.done = threading.Semaphore(0)
        self.asked: list[bool] = []
        self._declines, self._fault = declines, fault

    def __call__(self, anyway: bool) -> bool:  # noqa: FBT001 - as checkpoints call it
        self.asked.append(anyway)
        if self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault
        if not anyway and self._declines:
            self._declines -= 1
            return False
        self.done.release()
        return True


def test_a_request_is_followed_by_a_save_and_silence_by_none() -> None:
    saves = Saves()
    checkpoints = Checkpoints(saves, interval=0.01)
    checkpoints.start()
    assert not saves.done.acquire(timeout=0.1)
    for _ in range(2):
        checkpoints.note_request()
        assert saves.done.acquire(timeout=PATIENCE_SECONDS)
    assert not saves.done.acquire(timeout=0.1)
    checkpoints.stop()
    checkpoints.note_request()
    assert not saves.done.acquire(timeout=0.1)


def test_a_save_waits_until_no_stack_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    saves = Saves(declines=3)
    Checkpoints(saves).save_now()
    assert saves.asked == [False, False, False, False]


def test_a_stack_that_never_comes_to_rest_is_saved_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    saves = Saves(declines=10**9)
    Checkpoints(saves, patience=0.05).save_now()
    assert saves.asked[-1]


def test_a_save_that_fails_is_told_to_whoever_relies_on_it_and_tried_again_by_the_thread() -> None:
    with pytest.raises(OSError, match="No space left"):
        Checkpoints(Saves(fault=OSError(28, "No space left on device"))).save_now()
    saves = Saves(fault=OSError(28, "No space left on device"))
    checkpoints = Checkpoints(saves, interval=0.01)
    checkpoints.start()
    checkpoints.note_request()
    while not saves.asked:
        pass
    checkpoints.note_request()
    assert saves.done.acquire(timeout=PATIENCE_SECONDS)
    checkpoints.stop()
