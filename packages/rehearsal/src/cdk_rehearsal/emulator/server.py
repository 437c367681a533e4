"""Serves the extended emulator on loopback until it is told to stop."""

import asyncio
import hmac
import json
import logging
import signal
from typing import Any

import hypercorn.asyncio
import hypercorn.config
import ministack.app
from ministack.core import concurrency

from cdk_rehearsal.door import handover
from cdk_rehearsal.emulator import entrance, requests
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.contracts import Json, ServiceError
from cdk_rehearsal.emulator.entrance import Message, Receive, Send
from cdk_rehearsal.emulator.wiring import lifecycle, loop, routes
from cdk_rehearsal.source.announce import TOKEN_HEADER

log = logging.getLogger(__name__)


def serve(config: EmulatorConfig, *, port: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT; state is then saved.

    ``port`` differs from the configured one where something stands at that one and passes on what clients ask.
    """
    asyncio.run(_serve(config, port))


async def _serve(config: EmulatorConfig, port: int) -> None:
    loop.answer_on(asyncio.get_running_loop())
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings = hypercorn.config.Config()
    settings.bind = [f"127.0.0.1:{port}"]
    settings.keep_alive_timeout = 75
    settings.graceful_timeout = 0.5  # clients keep connections open; none of them is worth waiting for
    settings.errorlog = logging.getLogger("hypercorn.error")
    application: Any = Application(
        config, port=port
    )  # hypercorn spells out every message; plain mappings are what it sends

    async def stopped() -> None:
        await stop.wait()
        # While requests are still answered: what ends, such as a build, has its last words to say.
        await concurrency.run_reentrant(lifecycle.announce_stop)

    await hypercorn.asyncio.serve(application, settings, shutdown_trigger=stopped)


class Application:
    """MiniStack's ASGI application with the rehearsal's own routes and life cycle around it."""

    def __init__(self, config: EmulatorConfig, *, port: int) -> None:
        """Serve what extensions registered; ``port`` is where requests are accepted."""
        self._port = port
        self._token = config.token.encode()
        self._door_secret = config.door_secret
        self._hosts = requests.loopback_hosts(port, config.port)
        self._passed_on = {(b"host", f"127.0.0.1:{port}".encode()): (b"host", f"127.0.0.1:{config.port}".encode())}
        self._announcement: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        method, path = scope.get("method", "GET"), scope["path"]
        refused = requests.refusal(method, path, scope["headers"], self._hosts)
        try:
            # The door addresses the emulator; the client signed the host that it called.
            scope["headers"] = handover.unstamp(scope["headers"], secret=self._door_secret)
        except handover.ForgedHandoverError as error:
            refused = str(error)
        # Who asks has signed for the name that they know, whatever passed it on.
        scope["headers"] = [self._passed_on.get((name, value), (name, value)) for name, value in scope["headers"]]
        if refused is not None:
            await _refuse(scope, send, refused)
        elif path.startswith(requests.OWN_ROUTES):
            await self._answer_own(scope, receive, send)
        else:
            await entrance.pass_on(scope, receive, _same_origin(send))

    async def _answer_own(self, scope: Message, receive: Receive, send: Send) -> None:
        method, path = scope.get("method", ""), scope["path"]
        if (method, path) == ("GET", requests.HEALTH):
            await entrance.answer(send, 200, b"{}", **{"content-type": "application/json"})
            return
        given = dict(scope["headers"]).get(TOKEN_HEADER.lower().encode(), b"")
        route = routes.find_route(method, path)
        if not hmac.compare_digest(given, self._token):
            await _refuse(scope, send, f"{TOKEN_HEADER}: missing or wrong; only the rehearsal's own programs have it")
        elif route is None:
            await _refuse(scope, send, f"path: no route for {method}; see cdk_rehearsal.emulator.hooks.add_route")
        else:
            await _answer(route, receive, send)

    async def _live(self, scope: Message, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._announcement = asyncio.create_task(self._announce())

        await ministack.app.app(scope, receive, sent)

    async def _announce(self) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                break
        await concurrency.run_reentrant(lifecycle.announce_start)


def _same_origin(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if "headers" in message:
            message = {**message, "headers": requests.without_cross_origin(message["headers"])}
        await send(message)

    return sent


async def _refuse(scope: Message, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await entrance.answer(send, 403, f"{reason}\n".encode(), **{"content-type": "text/plain"})


async def _answer(route: routes.Route, receive: Receive, send: Send) -> None:
    try:
        body = await entrance.read(receive)
    except ConnectionError:
        return
    status, answer = await concurrency.run_reentrant(_call, route, body)
    await entrance.answer(send, status, json.dumps(answer).encode(), **{"content-type": "application/json"})


def _call(route: routes.Route, body: bytes) -> tuple[int, Json]:
    try:
        return 200, route(json.loads(body or b"{}"))
    except ServiceError as error:
        return error.status, {"code": error.code, "message": error.message}
    except Exception as error:
        log.exception("an internal route failed")
        return 500, {"code": "InternalFailure", "message": str(error)}
