"""Serves the extended emulator on loopback until it is told to stop."""

import asyncio
import json
import logging
import signal
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import hypercorn.asyncio
import hypercorn.config
import ministack.app
from ministack.core import concurrency

from rehearsal.emulator.contracts import Json, ServiceError
from rehearsal.emulator.wiring import lifecycle, loop, routes

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger(__name__)


def serve(port: int, *, known: int) -> None:
    """Serve on loopback until SIGTERM or SIGINT; state is then saved.

    ``known`` is the port that clients know, where something else may stand and pass on what they ask.
    """
    asyncio.run(_serve(port, known))


async def _serve(port: int, known: int) -> None:
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
        port, known=known
    )  # hypercorn spells out every message; plain mappings are what it sends

    async def stopped() -> None:
        await stop.wait()
        # While requests are still answered: what ends, such as a build, has its last words to say.
        await concurrency.run_reentrant(lifecycle.announce_stop)

    await hypercorn.asyncio.serve(application, settings, shutdown_trigger=stopped)


class Application:
    """MiniStack's ASGI application with the rehearsal's own routes and life cycle around it."""

    def __init__(self, port: int, *, known: int) -> None:
        """Serve what extensions registered; ``port`` tells when requests are accepted, ``known`` who they are for."""
        self._port = port
        self._passed_on = {(b"host", f"127.0.0.1:{port}".encode()): (b"host", f"127.0.0.1:{known}".encode())}
        self._announcement: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        # Who asks has signed for the name that they know, whatever passed it on.
        scope["headers"] = [self._passed_on.get((name, value), (name, value)) for name, value in scope["headers"]]
        route = routes.find_route(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if route is None:
            await ministack.app.app(scope, receive, send)
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


async def _answer(route: routes.Route, receive: Receive, send: Send) -> None:
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    status, answer = await concurrency.run_reentrant(_call, route, body)
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def _call(route: routes.Route, body: bytes) -> tuple[int, Json]:
    try:
        return 200, route(json.loads(body or b"{}"))
    except ServiceError as error:
        return error.status, {"code": error.code, "message": error.message}
    except Exception as error:
        log.exception("an internal route failed")
        return 500, {"code": "InternalFailure", "message": str(error)}
