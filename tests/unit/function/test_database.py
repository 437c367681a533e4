import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pg8000.exceptions
import pytest

from tap_function import database
from tap_function.failures import CheckFailedError
from tap_function.secret import Credentials

CREDENTIALS = Credentials(username="tap", password="pass-word")
PLACE = database.Place(host="127.0.0.1", port=5433, trust=ssl.create_default_context())
Server = Callable[[socket.socket], None]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Server], None]]:
    """Puts a server behind every connection, over a pair of sockets that no network knows."""
    threads = []

    def serve(server: Server) -> None:
        def connect(_address: object, *, timeout: float) -> socket.socket:
            ours, theirs = socket.socketpair()

            def run() -> None:
                with theirs, suppress(OSError):
                    server(theirs)

            threads.append(threading.Thread(target=run))
            threads[-1].start()
            return ours

        monkeypatch.setattr("tap_function.database.socket.create_connection", connect)

    yield serve
    for thread in threads:
        thread.join()


def ask() -> dict[str, str]:
    return database.ask_version(PLACE, lambda: CREDENTIALS)


def test_a_database_without_tls_is_refused(serve: Callable[[Server], None]) -> None:
    def plain(peer: socket.socket) -> None:
        peer.recv(8)
        peer.sendall(b"N")

    serve(plain)
    with pytest.raises(CheckFailedError, match="broke off: Server refuses SSL"):
        ask()


def test_what_is_no_tls_is_not_trusted(serve: Callable[[Server], None]) -> None:
    def nonsense(peer: socket.socket) -> None:
        peer.recv(8)
        peer.sendall(b"S")
        peer.sendall(b"nonsense")
        while peer.recv(4096):
            pass

    serve(nonsense)
    with pytest.raises(CheckFailedError, match="no TLS with the database that can be trusted"):
        ask()


@pytest.mark.parametrize("first", [b"", b"S"])
def test_a_database_that_falls_silent_is_cut_off_in_time(
    serve: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch, first: bytes
) -> None:
    def silent(peer: socket.socket) -> None:
        peer.recv(8)
        peer.sendall(first)
        while peer.recv(4096):
            pass

    monkeypatch.setattr(database, "SESSION_SECONDS", 0.1)
    serve(silent)
    started = time.monotonic()
    with pytest.raises(CheckFailedError, match=r"did not answer within 0\.1 seconds"):
        ask()
    assert time.monotonic() - started < 2


def test_a_database_that_sends_a_byte_now_and_then_is_cut_off_as_well(
    serve: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(peer: socket.socket) -> None:
        peer.recv(8)
        peer.sendall(b"S\x16\x03\x03\x40\x00")  # TLS, a long handshake message
        while True:
            peer.sendall(b"\0")
            time.sleep(0.01)

    monkeypatch.setattr(database, "SESSION_SECONDS", 0.2)
    serve(drip)
    with pytest.raises(CheckFailedError, match=r"did not answer within 0\.2 seconds"):
        ask()


def test_a_database_that_can_t_be_reached_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_address: object, *, timeout: float) -> socket.socket:
        assert timeout == database.CONNECT_SECONDS
        raise TimeoutError("timed out")

    monkeypatch.setattr("tap_function.database.socket.create_connection", refuse)
    with pytest.raises(CheckFailedError, match="the connection to the database fails: TimeoutError"):
        ask()


class Session:
    """A session as pg8000 gives it, which knows one password and whether it is encrypted."""

    def __init__(self, user: str, *, password: str, host: str, **_options: object) -> None:
        if password != "pass-word":
            told = {"S": "FATAL", "C": "28P01", "M": f'password authentication failed for user "{user}"'}
            raise pg8000.exceptions.DatabaseError(told)
        self.encrypted = host == PLACE.host

    def run(self, question: str) -> list[list[object]]:
        assert question == database.QUESTION
        return [["15.17", self.encrypted, "TLSv1.3" if self.encrypted else ""]]

    def close(self) -> None: ...


@pytest.fixture
def sessions(serve: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch) -> None:
    serve(lambda _peer: None)
    monkeypatch.setattr("pg8000.native.Connection", Session)


@pytest.mark.usefixtures("sessions")
def test_the_version_is_told_with_that_of_tls() -> None:
    assert ask() == {"version": "15.17", "tls": "TLSv1.3"}


@pytest.mark.usefixtures("sessions")
def test_a_session_that_the_server_calls_unencrypted_is_an_error() -> None:
    elsewhere = database.Place(host="elsewhere", port=1, trust=PLACE.trust)
    with pytest.raises(CheckFailedError, match="the session is not encrypted"):
        database.ask_version(elsewhere, lambda: CREDENTIALS)


@pytest.mark.usefixtures("sessions")
def test_credentials_rotated_in_between_are_asked_for_once_more() -> None:
    answers = iter([Credentials(username="tap", password="old"), CREDENTIALS])
    assert database.ask_version(PLACE, lambda: next(answers))["version"] == "15.17"


@pytest.mark.usefixtures("sessions")
def test_credentials_refused_twice_are_an_error_that_tells_neither() -> None:
    answers = iter([Credentials(username="tap", password=word) for word in ("old", "older")])
    with pytest.raises(CheckFailedError) as failed:
        database.ask_version(PLACE, lambda: next(answers))
    assert str(failed.value) == "the database refuses: SQLSTATE 28P01"
    assert next(answers, None) is None


@pytest.mark.parametrize(("told", "code"), [(({"C": "53300", "M": "too many"},), "53300"), ((), "no code")])
def test_another_refusal_is_an_error_by_its_code_and_not_tried_again(
    serve: Callable[[Server], None], monkeypatch: pytest.MonkeyPatch, told: tuple[object, ...], code: str
) -> None:
    tries = []

    def refuse(*_: object, **__: object) -> None:
        tries.append(1)
        raise pg8000.exceptions.DatabaseError(*told)

    serve(lambda _peer: None)
    monkeypatch.setattr("pg8000.native.Connection", refuse)
    with pytest.raises(CheckFailedError, match=f"SQLSTATE {code}"):
        ask()
    assert tries == [1]
