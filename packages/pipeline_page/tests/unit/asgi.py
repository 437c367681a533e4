"""Sends one request to an ASGI application without a socket."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp


class NothingError(Exception):
    """Never raised."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A response; names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def request(
    app: ASGIApp,
    method: str,
    path: str,
    *,
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Answer:
    """Send a request and return the response."""
    start, *rest = messages(app, "http", path, method=method, query=query, headers=headers, body=body)
    return Answer(
        status=start["status"],
        headers={name.decode().lower(): value.decode() for name, value in start["headers"]},
        body=b"".join(each["body"] for each in rest),
    )


def messages(
    app: ASGIApp,
    kind: str,
    path: str,
    *,
    method: str = "GET",
    query: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
    fails: type[Exception] = NothingError,
) -> list[Any]:
    """Return what the application sends; it may raise ``fails`` afterwards."""
    sent: list[Any] = []
    scope = {
        "type": kind,
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 4567),
    }
    incoming = iter(({"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}))

    async def receive() -> Any:
        return next(incoming) if kind == "lifespan" else {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    with suppress(fails):
        asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
    return sent
