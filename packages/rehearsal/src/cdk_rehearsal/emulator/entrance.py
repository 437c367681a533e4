"""Decides which requests reach MiniStack: AWS clients on this machine whose signature is right."""

import datetime as dt
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

import ministack.app

from cdk_rehearsal.emulator.extensions.session_secrets import find_secret
from cdk_rehearsal.emulator.signatures import Request, SignatureError, carries_credentials, verify
from cdk_rehearsal.emulator.wiring.endpoints import enters_open_endpoint
from cdk_rehearsal.emulator.wiring.unsigned import Response, acts_for, refuse, serves_unsigned

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AMBIGUOUS = SignatureError("UnsupportedSignature", "The request signature does not conform to AWS standards.")
MISSING = SignatureError("MissingAuthenticationToken", "Request is missing Authentication Token")


async def pass_on(scope: Message, receive: Receive, send: Send) -> None:
    """Verify a request and hand it to MiniStack, or answer as the AWS service would that was asked."""
    try:
        body = b"" if scope["type"] == "websocket" else await read(receive)
    except ConnectionError:
        return
    request = _request(scope, body)
    refused = _refusal(request, scope)
    if refused is None:
        await ministack.app.app(scope, _again(body, receive) if scope["type"] == "http" else receive, send)
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        status, headers, content = refused
        await answer(send, status, content, **{str(name): str(value) for name, value in headers.items()})


def _refusal(request: Request, scope: Message) -> Response | None:
    path = scope["path"]
    try:
        if carries_credentials(request):
            key = verify(request, secret=find_secret, now=dt.datetime.now(tz=dt.UTC))
            if not acts_for(request, path, key):
                raise AMBIGUOUS
        elif not _serves_unsigned(request, scope):
            raise MISSING
    except SignatureError as error:
        return refuse(request, path, error)
    return None


def _serves_unsigned(request: Request, scope: Message) -> bool:
    if scope["type"] == "websocket":
        return enters_open_endpoint("GET", request.headers.get("host", ""), scope["path"])
    return serves_unsigned(request, scope["path"])


def _request(scope: Message, body: bytes) -> Request:
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), _text(value)
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    raw_path = scope.get("raw_path") or quote(scope["path"]).encode()
    return Request(
        method=scope.get("method", "GET"),
        raw_path=raw_path.decode("latin-1"),
        raw_query=scope.get("query_string", b"").decode(errors="replace"),
        headers=headers,
        body=body,
    )


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


async def read(receive: Receive) -> bytes:
    """Return the whole body. Raises :class:`ConnectionError` where the client ends before it."""
    parts = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a ``receive`` that starts with a body that was read already."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


async def answer(send: Send, status: int, content: bytes, **headers: str) -> None:
    """Send a whole answer."""
    names = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": names})
    await send({"type": "http.response.body", "body": content})
