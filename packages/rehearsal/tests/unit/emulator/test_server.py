import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cdk_rehearsal.door import handover
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Json, ServiceError
from cdk_rehearsal.emulator.server import Application
from cdk_rehearsal.emulator.wiring import lifecycle, routes
from cdk_rehearsal.emulator.wiring.routes import add_route


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_routes", {})
    monkeypatch.setattr(lifecycle, "_started", [])
    monkeypatch.setattr(lifecycle, "_stopping", [])


CONFIG = EmulatorConfig(port=1000, state_dir=Path("/nonexistent"), token="the-token", door_secret="s3")
HOST = (b"host", b"127.0.0.1:1000")
TOKEN = (b"x-rehearsal-token", b"the-token")
Sent = list[dict[str, Any]]


async def ask(scope: dict[str, Any], *chunks: bytes, port: int = 1000) -> Sent:
    """What the application sends to a client."""
    incoming = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    ] or [{"type": "http.request"}]
    sent: Sent = []

    async def receive() -> Any:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await Application(CONFIG, port=port)({"type": "http", "method": "POST", **scope}, receive, send)
    return sent


def run(path: str, *chunks: bytes, headers: Any = (HOST, TOKEN)) -> tuple[int, Json]:
    start, body = asyncio.run(ask({"path": path, "headers": [*headers]}, *chunks))
    assert (b"content-type", b"application/json") in start["headers"]
    return start["status"], json.loads(body["body"])


def test_a_route_gets_the_whole_body_and_answers_json() -> None:
    add_route("push", lambda payload: {"seen": payload})
    assert run("/_rehearsal/push", b'{"commit": ', b'"abc"}') == (200, {"seen": {"commit": "abc"}})


def test_a_route_without_a_body_gets_nothing() -> None:
    add_route("/push", lambda payload: {"seen": payload})
    assert run("/_rehearsal/push") == (200, {"seen": {}})


def test_a_route_that_refuses_answers_its_status_and_code() -> None:
    def refuse(_payload: Json) -> Json:
        raise ServiceError("NoSuchRepository", "there is none", 404)

    add_route("push", refuse)
    assert run("/_rehearsal/push") == (404, {"code": "NoSuchRepository", "message": "there is none"})


def test_a_route_that_breaks_answers_so_and_the_log_says_where(caplog: pytest.LogCaptureFixture) -> None:
    def broken(_payload: Json) -> Json:
        raise KeyError("repository")

    add_route("push", broken)
    status, answer = run("/_rehearsal/push")
    assert (status, answer["code"]) == (500, "InternalFailure")
    assert "repository" in caplog.text


def test_other_methods_and_paths_are_not_the_routes() -> None:
    add_route("push", lambda payload: payload)
    assert routes.find_route("GET", "/_rehearsal/push") is None
    assert routes.find_route("POST", "/push") is None


def test_what_was_started_first_is_stopped_last() -> None:
    order: list[str] = []
    for name in ("database", "runner"):
        lifecycle.on_started(partial(order.append, f"start {name}"))
        lifecycle.on_stopping(partial(order.append, f"stop {name}"))
    lifecycle.announce_start()
    lifecycle.announce_stop()
    assert order == ["start database", "start runner", "stop runner", "stop database"]


def passed_on(monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    """Let every request pass to ``answer`` in MiniStack's place."""
    monkeypatch.setattr("cdk_rehearsal.emulator.entrance._refusal", lambda *_: None)
    monkeypatch.setattr("ministack.app.app", answer)


def test_host_of_a_proxied_request_becomes_the_host_that_clients_know(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def answer(scope: Any, *_: Any) -> None:
        asked.extend(scope["headers"])

    passed_on(monkeypatch, answer)
    headers = [(b"host", b"127.0.0.1:2000"), (b"accept", b"127.0.0.1:2000")]
    asyncio.run(ask({"path": "/", "headers": headers}, port=2000))
    assert asked == [HOST, headers[1]]


def test_answers_carry_no_cors_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(_scope: Any, receive: Any, send: Any) -> None:
        assert await receive() == {"type": "http.request", "body": b"ab", "more_body": False}
        assert await receive() == {"type": "http.disconnect"}
        headers = [(b"Access-Control-Allow-Origin", b"*"), (b"etag", b"1")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b""})

    passed_on(monkeypatch, answer)
    start, _ = asyncio.run(ask({"path": "/", "headers": [HOST]}, b"a", b"b"))
    assert start["headers"] == [(b"etag", b"1")]


@pytest.mark.parametrize("headers", [[HOST], [HOST, (b"x-rehearsal-token", b"another")]])
def test_own_routes_refuse_callers_without_the_token(headers: Any) -> None:
    add_route("push", lambda payload: payload)
    start, body = asyncio.run(ask({"path": "/_rehearsal/push", "headers": headers}))
    assert start["status"] == 403
    assert body["body"].startswith(b"X-Rehearsal-Token: missing or wrong")


def test_unknown_own_route_is_refused_in_one_line() -> None:
    start, body = asyncio.run(ask({"path": "/_rehearsal/other", "headers": [HOST, TOKEN]}))
    assert (start["status"], body["body"].count(b"\n")) == (403, 1)


def test_health_reveals_nothing_and_needs_no_token() -> None:
    start, body = asyncio.run(ask({"method": "GET", "path": "/_rehearsal/health", "headers": [HOST]}))
    assert (start["status"], body["body"]) == (200, b"{}")


def test_foreign_host_never_reaches_ministack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ministack.app.app", None)
    start, body = asyncio.run(ask({"path": "/", "headers": [(b"host", b"evil.example.com:1000")]}))
    assert (start["status"], body["body"][:5]) == (403, b"Host:")


def test_refused_websocket_is_closed() -> None:
    scope = {"type": "websocket", "path": "/", "headers": [HOST, (b"origin", b"http://evil.example.com")]}
    assert asyncio.run(ask(scope)) == [{"type": "websocket.close", "code": 1008}]
    assert asyncio.run(ask({**scope, "headers": [HOST]})) == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("path", ["/", "/_rehearsal/push"])
def test_client_that_leaves_before_its_body_gets_no_answer(path: str) -> None:
    add_route("push", lambda payload: payload)

    async def gone() -> Any:
        return {"type": "http.disconnect"}

    sent: Sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": [HOST, TOKEN]}
    asyncio.run(Application(CONFIG, port=1000)(scope, gone, send))
    assert sent == []


def test_request_through_the_door_has_the_host_that_was_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def answer(scope: Any, *_: Any) -> None:
        asked.extend(scope["headers"])

    passed_on(monkeypatch, answer)
    given = [(b"host", b"sts.amazonaws.com"), (b"accept", b"*/*")]
    stamped = handover.stamp(given, signed_host="sts.amazonaws.com", emulator="127.0.0.1:1000", secret="s3")
    asyncio.run(ask({"path": "/", "headers": stamped}))
    assert asked == given


def test_request_that_forges_the_door_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ministack.app.app", None)
    forged = [HOST, (b"x-rehearsal-signed-host", b"sts.amazonaws.com")]
    start, body = asyncio.run(ask({"path": "/", "headers": forged}))
    assert (start["status"], body["body"]) == (403, b"the door's headers without its secret\n")
