"""The processes of a rehearsal: started on free ports, stopped with everything that they started."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from botocore.exceptions import ClientError

from cdk_rehearsal.driver import services
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import (
    MARK,
    EmulatorFailedError,
    clear,
    emulator_lives,
    open_session,
    restart_services,
    running,
    start_services,
    stop_services,
)
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

pytestmark = [pytest.mark.enable_socket]


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    folders = Folders(root=tmp_path / "rehearsal")
    clear(folders)
    yield folders
    stop_services(folders)


def begin(folders: Folders, port: int | None = None) -> EmulatorConfig:
    opened = open_session(folders, port=port, environ=os.environ, keep=())
    return start_services(folders, opened, region="us-east-1", environ=os.environ, keep=())


def alive(folders: Folders) -> list[bool]:
    session = running(folders)
    assert session is not None
    return [each is not None and each.process() is not None for each in (session.emulator, session.postgres)]


def test_both_processes_run_and_are_stopped_with_the_builds_that_outlived_them(folders: Folders) -> None:
    config = begin(folders)
    assert alive(folders) == [True, True]
    build = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], env={MARK: config.build_environment[MARK]}
    )
    while MARK not in psutil.Process(build.pid).environ():
        time.sleep(0.01)
    session = running(folders)
    assert stop_services(folders)
    assert build.wait() == -signal.SIGKILL
    assert session is not None
    assert session.postgres_folder is not None
    assert not session.postgres_folder.exists()
    assert running(folders) is None
    assert not stop_services(folders)


def test_what_an_earlier_rehearsal_left_running_is_stopped(folders: Folders) -> None:
    begin(folders)
    session = running(folders)
    clear(folders)
    assert session is not None
    assert session.emulator is not None
    assert session.emulator.process() is None


def test_the_configuration_with_its_password_is_its_owner_s_alone(folders: Folders) -> None:
    config = begin(folders)
    assert folders.config.stat().st_mode & 0o077 == 0
    assert config.postgres is not None
    assert config.postgres.password not in folders.session.read_text()


def test_a_busy_port_is_one_line_and_nothing_is_left_running(folders: Folders) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(RehearsalError, match=f"^port {port} on 127.0.0.1 is in use; choose another with --port"):
            begin(folders, port)
    assert not folders.session.exists()


def test_a_port_that_is_named_is_used(folders: Folders) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert begin(folders, port).port == port


def test_an_emulator_that_does_not_start_is_one_line_and_takes_the_database_with_it(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EmulatorConfig, "save", lambda self, path: path.write_text("{}"))
    with pytest.raises(RehearsalError, match=r"^the emulator did not start; log: \S+emulator-start.log\n"):
        begin(folders)
    assert alive(folders) == [False, False]


def test_an_emulator_that_takes_too_long_is_given_up(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "PATIENCE_SECONDS", 0)
    with pytest.raises(RehearsalError, match=r"^the emulator did not start"):
        begin(folders)
    assert alive(folders) == [False, False]


def test_an_emulator_that_dies_is_said_to_have_died(folders: Folders) -> None:
    begin(folders)
    session = running(folders)
    assert session is not None
    assert session.emulator is not None
    os.kill(session.emulator.pid, signal.SIGKILL)
    while session.emulator.process() is not None:
        time.sleep(0.01)
    with (
        pytest.raises(EmulatorFailedError, match=r"^the emulator died; continue from its saved state with "),
        emulator_lives(folders),
    ):
        raise ConnectionRefusedError
    (folders.state / "logs" / "emulator.log").unlink()
    with pytest.raises(EmulatorFailedError, match=r" resume`; log: \S+emulator.log$"), emulator_lives(folders):
        raise ConnectionRefusedError


def test_a_call_that_a_living_emulator_refuses_is_one_line(folders: Folders) -> None:
    begin(folders)
    refused = ClientError({"Error": {"Code": "InternalFailure", "Message": "no"}}, "ListActionExecutions")
    said = r"ListActionExecutions operation: no; log: \S+emulator.log$"
    with pytest.raises(EmulatorFailedError, match=said), emulator_lives(folders):
        raise refused


def test_other_failures_pass_while_the_emulator_lives(folders: Folders) -> None:
    with pytest.raises(ZeroDivisionError), emulator_lives(folders):
        raise ZeroDivisionError
    begin(folders)
    with pytest.raises(ZeroDivisionError), emulator_lives(folders):
        raise ZeroDivisionError


def kill(folders: Folders, name: str) -> None:
    process = getattr(running(folders), name)
    os.kill(process.pid, signal.SIGKILL)
    while process.process() is not None:
        time.sleep(0.01)


def test_both_processes_can_be_killed_and_started_again_where_clients_know_them(folders: Folders) -> None:
    config = begin(folders)
    assert not restart_services(folders, environ=os.environ)
    for name in ("emulator", "postgres"):
        kill(folders, name)
    assert restart_services(folders, environ=os.environ)
    assert alive(folders) == [True, True]
    assert EmulatorConfig.load(folders.config) == config


def test_a_port_that_somebody_took_meanwhile_is_one_line(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    config = begin(folders)
    kill(folders, "emulator")
    monkeypatch.setattr(services, "PATIENCE_SECONDS", 0.2)
    while not services._is_free(config.port):
        time.sleep(0.01)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", config.port))
        other.listen()
        with pytest.raises(RehearsalError, match=f"^port {config.port} on 127.0.0.1 is in use, and git remotes point"):
            restart_services(folders, environ=os.environ)
    assert alive(folders) == [False, True]


def test_databases_that_are_gone_cannot_be_started_again(folders: Folders) -> None:
    begin(folders)
    kill(folders, "postgres")
    session = running(folders)
    assert session is not None
    assert session.postgres_folder is not None
    shutil.rmtree(session.postgres_folder)
    with pytest.raises(RehearsalError, match=f"^{session.postgres_folder}: the databases were deleted; start from"):
        restart_services(folders, environ=os.environ)


def test_what_a_crash_left_behind_is_cleared_by_the_next_rehearsal(folders: Folders) -> None:
    begin(folders)
    kill(folders, "emulator")
    session = running(folders)
    clear(folders)
    assert session is not None
    assert session.postgres is not None
    assert session.postgres.process() is None
    assert running(folders) is None
