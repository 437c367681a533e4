import asyncio
import json
from functools import partial
from typing import Any

import pytest

from rehearsal.emulator.contracts import Json, ServiceError
from rehearsal.emulator.server import Application
from rehearsal.emulator.wiring import lifecycle, routes
from rehearsal.emulator.wiring.routes import add_route


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_routes", {})
    monkeypatch.setattr(lifecycle, "_started", [])
    monkeypatch.setattr(lifecycle, "_stopping", [])


async def post(path: str, *chunks: bytes) -> tuple[int, Json]:
    incoming = [
        {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, start=1)
    ] or [{"type": "http.request"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return incoming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    await Application(0, known=0)({"type": "http", "method": "POST", "path": path, "headers": []}, receive, send)
    start, body = sent
    assert (b"content-type", b"application/json") in start["headers"]
    return start["status"], json.loads(body["body"])


def run(path: str, *chunks: bytes) -> tuple[int, Json]:
    return asyncio.run(post(path, *chunks))


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


def test_what_was_passed_on_is_answered_under_the_name_that_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    async def answer(scope: Any, *_: Any) -> None:
        asked.extend(scope["headers"])

    monkeypatch.setattr("ministack.app.app", answer)
    headers = [(b"host", b"127.0.0.1:2000"), (b"host", b"bucket.localhost:2000"), (b"accept", b"127.0.0.1:2000")]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    nothing: Any = None
    asyncio.run(Application(2000, known=1000)(scope, nothing, nothing))
    assert asked == [(b"host", b"127.0.0.1:1000"), *headers[1:]]
