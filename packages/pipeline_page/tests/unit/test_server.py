import io
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from codepipeline_page.guard import Request
from codepipeline_page.server import LARGEST, Handler
from codepipeline_page.site import Response


class Connection:
    """A connection whose other end has said everything already."""

    def __init__(self, said: bytes) -> None:
        self._said = io.BytesIO(said)
        self.heard = b""

    def makefile(self, *_: Any) -> io.BytesIO:
        return self._said

    def sendall(self, data: bytes) -> None:
        self.heard += data

    def settimeout(self, seconds: float) -> None:
        assert seconds == 30


class Site:
    def __init__(self) -> None:
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        if request.path == "/fails":
            raise ZeroDivisionError
        return Response(status=200, body=b"answer")


def talk(said: str) -> tuple[str, list[Request]]:
    site, connection = Site(), Connection(said.replace("\n", "\r\n").encode())
    Handler(connection, ("127.0.0.1", 1), SimpleNamespace(site=site))  # type: ignore[arg-type]
    return connection.heard.decode(), site.asked


def test_requests_of_one_connection_are_answered_one_after_the_other() -> None:
    heard, asked = talk(
        "GET /a?b=c HTTP/1.1\nHost: one\nHost: two\n\nPOST /d HTTP/1.1\nContent-Length: 4\n\nbodyHEAD /e HTTP/1.1\n\n"
    )
    assert [(each.method, each.path, each.query, each.body) for each in asked] == [
        ("GET", "/a", "b=c", b""),
        ("POST", "/d", "", b"body"),
        ("HEAD", "/e", "", b""),
    ]
    assert asked[0].headers == {"host": "one, two"}
    assert heard.count("HTTP/1.1 200 OK") == 3
    assert heard.count("answer") == 2
    assert "Server:" not in heard


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ("Transfer-Encoding: chunked", 411),
        ("Content-Length: many", 411),
        ("Content-Length: -1", 411),
        (f"Content-Length: {LARGEST + 1}", 413),
    ],
)
def test_a_body_of_unknown_or_great_length_is_not_read(headers: str, status: int) -> None:
    heard, asked = talk(f"POST /a HTTP/1.1\n{headers}\n\nGET /b HTTP/1.1\n\n")
    assert heard.startswith(f"HTTP/1.1 {status} ")
    assert "Connection: close" in heard
    assert asked == []


def test_a_fault_of_the_page_itself_is_said_and_logged_without_the_address_s_secrets(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        heard, _ = talk("GET /fails?token=secret HTTP/1.1\n\n")
    assert heard.startswith("HTTP/1.1 500 ")
    assert "ZeroDivisionError" in caplog.text
    assert "secret" not in caplog.text + "".join(capsys.readouterr())


def test_requests_are_not_logged() -> None:
    heard, _ = talk("NONSENSE\n\n")
    assert "400" in heard
