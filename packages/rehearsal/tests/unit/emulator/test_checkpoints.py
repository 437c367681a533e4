import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cdk_rehearsal.emulator.extensions import checkpoints as module
from cdk_rehearsal.emulator.extensions.checkpoints import Checkpoints
from cdk_rehearsal.errors import RehearsalError

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


@contextmanager
def saving(checkpoints: Checkpoints) -> Iterator[Checkpoints]:
    checkpoints.start()
    yield checkpoints
    checkpoints.stop()


def test_an_emulator_may_stop_before_it_has_quite_started() -> None:
    saves = Saves()
    checkpoints = Checkpoints(saves, interval=0.01)
    checkpoints.note_request()
    checkpoints.stop()
    with saving(checkpoints):
        pass
    assert saves.asked == []


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
    with saving(Checkpoints(saves, interval=0.01)) as checkpoints:
        checkpoints.note_request()
        assert saves.done.acquire(timeout=PATIENCE_SECONDS)
    assert saves.asked == [False, False, False, False]


def test_a_stack_that_never_comes_to_rest_is_saved_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0)
    saves = Saves(declines=10**9)
    with saving(Checkpoints(saves, interval=0.01, patience=0.05)) as checkpoints:
        checkpoints.note_request()
        assert saves.done.acquire(timeout=PATIENCE_SECONDS)
    assert saves.asked[-1]


def test_an_emulator_that_stops_does_not_wait_for_a_stack() -> None:
    saves = Saves(declines=10**9)
    with saving(Checkpoints(saves, interval=0.01)) as checkpoints:
        checkpoints.note_request()
        while not saves.asked:
            pass
    assert not any(saves.asked)


def test_a_save_that_fails_is_tried_again() -> None:
    saves = Saves(fault=RehearsalError("No space left on device"))
    with saving(Checkpoints(saves, interval=0.01)) as checkpoints:
        checkpoints.note_request()
        while not saves.asked:
            pass
        checkpoints.note_request()
        assert saves.done.acquire(timeout=PATIENCE_SECONDS)
