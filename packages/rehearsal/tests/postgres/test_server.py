import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.postgres import server as module
from cdk_rehearsal.postgres.server import RunningServer, start_server

pytestmark = [pytest.mark.enable_socket]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    log = tmp_path_factory.mktemp("postgres") / "log"
    running = start_server(port=free_port(), log=log, environ=os.environ)
    yield running
    running.stop()
    assert not psutil.pid_exists(running.process.pid)
    assert not running.folder.exists()


def connect(server: RunningServer, password: str) -> "psycopg2.extensions.connection":
    address = server.address
    return psycopg2.connect(
        host=address.host,
        port=address.port,
        user=address.superuser,
        password=password,
        dbname="postgres",
        sslmode="require" if address.tls else "prefer",
    )


def test_it_answers_on_loopback_alone(server: RunningServer) -> None:
    connection = connect(server, server.address.password)
    with connection.cursor() as cursor:
        cursor.execute("show listen_addresses")
        assert cursor.fetchone() == ("127.0.0.1",)
    connection.close()


def test_it_asks_for_the_password(server: RunningServer) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        connect(server, "guessed")


def test_it_does_not_run_as_root(server: RunningServer) -> None:
    assert psutil.Process(server.process.pid).uids().real != 0


def test_the_password_is_in_no_file_and_no_command_line(server: RunningServer) -> None:
    words = psutil.Process(server.process.pid).cmdline()
    assert not any(server.address.password in word for word in words)
    assert not (server.folder / "password").exists()


def test_a_busy_port_is_one_line_and_leaves_nothing_behind(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def make(prefix: str) -> str:
        made.append(real(prefix=prefix))
        return made[-1]

    real = tempfile.mkdtemp
    monkeypatch.setattr("cdk_rehearsal.postgres.server.tempfile.mkdtemp", make)
    with pytest.raises(RehearsalError, match=r"^PostgreSQL stopped during its start; log: \S+$"):
        start_server(port=server.address.port, log=tmp_path / "log", environ=os.environ)
    assert [Path(folder).exists() for folder in made] == [False]


def test_a_machine_without_a_server_is_told_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_server", lambda environ: None)
    with pytest.raises(RehearsalError, match="no PostgreSQL server found; `make setup` installs one"):
        start_server(port=1, log=tmp_path / "log", environ={})


def test_a_server_that_cannot_make_its_folder_says_where_to_read_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SUPERUSER", "pg_reserved")
    with pytest.raises(RehearsalError, match=r"could not create its data folder; log: \S+$"):
        start_server(port=1, log=tmp_path / "log", environ=os.environ)


def test_a_server_that_never_gets_ready_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0)
    with pytest.raises(RehearsalError, match="was not ready after 0 s"):
        start_server(port=free_port(), log=tmp_path / "log", environ=os.environ)
