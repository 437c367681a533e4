"""The function's own check against a real server, as RDS is one: by TLS, with a password that changes."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from cdk_rehearsal.postgres.server import RunningServer, start_server
from tap_function import database, trust
from tap_function.failures import CheckFailedError
from tap_function.secret import Credentials

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

USER = "tap"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = start_server(port=port, log=tmp_path_factory.mktemp("postgres") / "log", environ=os.environ)
    yield running
    running.stop()


@pytest.fixture
def rotate(server: RunningServer) -> Callable[[str], Credentials]:
    """Gives the user, who has a database of the same name, a new password."""
    address = server.address

    def rotate(password: str) -> Credentials:
        connection = psycopg2.connect(
            host=address.host, port=address.port, user=address.superuser, password=address.password, dbname="postgres"
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (USER,))
            if cursor.fetchone() is None:
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(USER)))
                cursor.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(USER), sql.Identifier(USER))
                )
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(USER)), (password,))
        connection.close()
        return Credentials(username=USER, password=password)

    return rotate


def place(server: RunningServer, context: ssl.SSLContext) -> database.Place:
    return database.Place(host=server.address.host, port=server.address.port, trust=context)


def own_root(server: RunningServer) -> ssl.SSLContext:
    root: Path | None = server.address.root_certificate
    assert root is not None, "this machine's PostgreSQL has no TLS, and RDS without TLS is not worth rehearsing"
    return trust.trusted({"PGSSLROOTCERT": str(root)})


def test_the_version_comes_over_tls_that_the_server_itself_reports(
    server: RunningServer, rotate: Callable[[str], Credentials]
) -> None:
    credentials = rotate("first")
    found = database.ask_version(place(server, own_root(server)), lambda: credentials)
    assert int(found["version"].partition(".")[0]) >= 13
    assert found["tls"] in {"TLSv1.2", "TLSv1.3"}


def test_a_password_rotated_meanwhile_is_asked_for_again(
    server: RunningServer, rotate: Callable[[str], Credentials]
) -> None:
    old, new = rotate("old"), rotate("new")
    answers = iter([old, new])
    assert database.ask_version(place(server, own_root(server)), lambda: next(answers))["tls"]
    with pytest.raises(CheckFailedError, match="SQLSTATE 28P01"):
        database.ask_version(place(server, own_root(server)), lambda: old)


def test_a_server_that_rds_did_not_vouch_for_never_hears_the_password(server: RunningServer) -> None:
    def credentials() -> Credentials:
        return Credentials(username=USER, password="new")

    with pytest.raises(CheckFailedError, match="can be trusted: self-signed certificate"):
        database.ask_version(place(server, trust.trusted({})), credentials)
    elsewhere = database.Place(host="localhost", port=server.address.port, trust=own_root(server))
    with pytest.raises(CheckFailedError, match="not valid for 'localhost'"):
        database.ask_version(elsewhere, credentials)
