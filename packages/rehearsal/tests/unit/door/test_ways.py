import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from cdk_rehearsal.door.upstream import Upstream
from cdk_rehearsal.door.ways import UnreachableError, tunnel

PROXIED = Upstream.read({"HTTPS_PROXY": "http://p.example:1"})


class Writer:
    """What was sent to a proxy."""

    def __init__(self) -> None:
        self.sent, self.closed = b"", False

    def write(self, data: bytes) -> None:
        self.sent += data

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], Writer]:
    def answering(answer: bytes) -> Writer:
        writer = Writer()

        async def connect(*_: Any, **__: Any) -> Any:
            reader = asyncio.StreamReader()
            reader.feed_data(answer)
            reader.feed_eof()
            return reader, writer

        monkeypatch.setattr(asyncio, "open_connection", connect)
        return writer

    return answering


def through_proxy() -> Any:
    return asyncio.run(tunnel("a.example", 443, PROXIED, tls=True))


def test_proxy_that_accepts_gives_its_connection(answering: Callable[[bytes], Writer]) -> None:
    writer = answering(b"HTTP/1.1 200 OK\r\n\r\n")
    assert through_proxy()[1] is writer
    assert writer.sent == b"CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [(b"HTTP/1.1 403 Forbidden\r\n\r\n", "p.example:1 answered 403 Forbidden"), (b"", "p.example:1 gave no answer")],
)
def test_proxy_that_refuses_is_named(answering: Callable[[bytes], Writer], answer: bytes, said: str) -> None:
    writer = answering(answer)
    with pytest.raises(UnreachableError, match=said):
        through_proxy()
    assert writer.closed


def test_host_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: Any, **__: Any) -> Any:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(asyncio, "open_connection", refuse)
    with pytest.raises(UnreachableError, match=r"^a\.example:443: Connection refused$"):
        asyncio.run(tunnel("a.example", 443, Upstream(), tls=True))
