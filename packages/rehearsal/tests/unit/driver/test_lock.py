import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cdk_rehearsal.driver import lock
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.lock import hold, take_over
from cdk_rehearsal.errors import RehearsalError

HOLD = """
import signal, sys
from pathlib import Path
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.lock import hold
signal.signal(signal.SIGTERM, signal.default_int_handler)
with hold(Folders(root=Path(sys.argv[1])), command="up"):
    try:
        print("held", flush=True)
        signal.pause()
    except KeyboardInterrupt: print("in order", flush=True)
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(root=tmp_path / ".rehearsal")


@contextmanager
def other_terminal(folders: Folders) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(folders.root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_lock_refuses_a_second_command_and_names_the_first(folders: Folders, tmp_path: Path) -> None:
    with other_terminal(folders) as first:
        with pytest.raises(RehearsalError) as refusal, hold(folders, command="run"):
            pass
        assert str(refusal.value) == (
            f"{tmp_path}: `cdk-rehearsal up` (process {first.pid}) is rehearsing this clone; "
            "wait for it, or stop it with `cdk-rehearsal down`"
        )
        assert first.poll() is None


def test_lock_is_free_after_its_holder_was_killed(folders: Folders) -> None:
    with other_terminal(folders) as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
    with hold(folders, command="run"), take_over_refused(folders):
        pass


@contextmanager
def take_over_refused(folders: Folders) -> Iterator[None]:
    """The lock is held: nobody else gets it."""
    handle = os.open(folders.lock, os.O_RDWR)
    assert not lock._locked(handle)
    os.close(handle)
    yield


def test_lock_that_nobody_signed_is_still_refused(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_note", lambda *_: None)
    with (
        hold(folders, command="up"),
        pytest.raises(RehearsalError, match="another command is rehearsing this clone"),
        hold(folders, command="run"),
    ):
        pass


def test_taking_over_stops_the_holder_in_order(folders: Folders) -> None:
    with other_terminal(folders) as first:
        with take_over(folders, command="down") as held:
            assert held
        assert first.stdout is not None
        assert first.stdout.read() == "in order\n"
    with take_over(folders, command="down") as held:
        assert not held


def test_taking_over_from_an_unknown_holder_is_refused(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_note", lambda *_: None)
    with (
        hold(folders, command="up"),
        pytest.raises(RehearsalError, match="another command holds this lock and cannot be stopped from here"),
        take_over(folders, command="down"),
    ):
        pass


def test_lock_and_its_folder_are_private_and_not_uncommitted(folders: Folders) -> None:
    with hold(folders, command="run"):
        assert folders.root.stat().st_mode & 0o777 == 0o700
        assert folders.lock.stat().st_mode & 0o777 == 0o600
        assert (folders.root / ".gitignore").read_text() == "*\n"
