import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cdk_rehearsal.driver import session as module
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import Started
from cdk_rehearsal.driver.session import (
    SERVICE_MARK,
    DamagedSessionError,
    Session,
    clear,
    running,
    stop_services,
)
from cdk_rehearsal.errors import RehearsalError

SLEEP = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders(root=tmp_path / ".rehearsal")
    clear(folders)
    return folders


def marked(id_: str) -> "subprocess.Popen[bytes]":
    """A process of the session that nobody noted."""
    process = subprocess.Popen(SLEEP, env={SERVICE_MARK: id_}, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


@pytest.mark.parametrize("content", ["", "{", '{"id": 1}', "null"])
def test_damaged_session_is_one_line_and_its_processes_are_stopped(
    folders: Folders, tmp_path: Path, content: str
) -> None:
    session = Session.create(folders, temporary=tmp_path)
    process = marked(session.id)
    folders.session.write_text(content)
    with pytest.raises(DamagedSessionError, match=r"^\S+session.json: the file is damaged; stop the rehearsal with"):
        running(folders)
    assert stop_services(folders)
    assert process.wait() < 0
    assert running(folders) is None
    assert not stop_services(folders)


def test_damaged_session_without_its_id_is_one_line(folders: Folders) -> None:
    folders.session.touch()
    with pytest.raises(DamagedSessionError, match=r"and so is session.id; end this rehearsal's processes by hand"):
        stop_services(folders)


def test_session_stops_what_started_before_it_was_noted(folders: Folders, tmp_path: Path) -> None:
    """As after `kill -9` of the driver right after it started PostgreSQL."""
    session = Session.create(folders, temporary=tmp_path)
    process = marked(session.id)
    database = Path(tempfile.mkdtemp(prefix=session.prefix, dir=tmp_path))
    other = Path(tempfile.mkdtemp(prefix="rehearsal-postgres-", dir=tmp_path))
    assert stop_services(folders)
    assert process.wait() < 0
    assert (database.exists(), other.exists()) == (False, True)


def test_session_id_alone_is_enough_to_stop(folders: Folders, tmp_path: Path) -> None:
    process = marked(Session.create(folders, temporary=tmp_path).id)
    folders.session.unlink()
    assert stop_services(folders)
    assert process.wait() < 0


def test_session_with_a_survivor_is_kept_for_another_try(
    folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = Session.create(folders, temporary=tmp_path)
    session.door = Started.of(os.getpid())
    session.save(folders)
    monkeypatch.setattr(Started, "stop", lambda _: False)
    with pytest.raises(RehearsalError, match=f"^process {os.getpid()} cannot be killed; end it, then run this again$"):
        stop_services(folders)
    assert running(folders) == session


def test_session_is_written_as_a_whole(folders: Folders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session.create(folders, temporary=tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        session.model_copy(update={"door": Started(pid=1, identity="one")}).save(folders)
    assert running(folders) == session
    assert [each.name for each in folders.root.iterdir() if each.name.startswith(".s")] == []


def test_session_files_are_private(folders: Folders, tmp_path: Path) -> None:
    Session.create(folders, temporary=tmp_path)
    files = (folders.session, folders.session_id)
    assert [each.stat().st_mode & 0o777 for each in files] == [0o600, 0o600]
    assert [each.stat().st_mode & 0o777 for each in (folders.root, folders.logs, folders.state)] == [0o700] * 3


def test_clearing_removes_everything_but_the_lock_and_reports_what_it_stopped(folders: Folders, tmp_path: Path) -> None:
    Session.create(folders, temporary=tmp_path)
    folders.lock.touch()
    (folders.root / "link").symlink_to(tmp_path)
    (folders.logs / "old.log").touch()
    assert clear(folders)
    assert sorted(each.name for each in folders.root.iterdir()) == [".gitignore", "home", "lock", "logs", "state"]
    assert list(folders.logs.iterdir()) == []
    assert tmp_path.exists()
    assert not clear(folders)


def test_module_names_what_processes_carry() -> None:
    assert (module.MARK, module.SERVICE_MARK) == ("REHEARSAL_SESSION", "REHEARSAL_SERVICE")
