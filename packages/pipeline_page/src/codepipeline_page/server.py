"""The page's HTTP server: hypercorn on a loopback socket."""

import asyncio
import signal
import socket

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config
from starlette.types import ASGIApp

ADDRESS = "127.0.0.1"
IDLE_SECONDS = 30
STOP_SECONDS = 1
"""How long requests under way may take once the server is told to stop."""


def listen(port: int) -> socket.socket:
    """Return a socket that listens at ``port``, or at a free port for 0. Raises OSError if the port is in use."""
    return socket.create_server((ADDRESS, port))


def settings(descriptor: int) -> Config:
    """Return hypercorn's configuration for a listening socket; it logs errors only, since addresses hold the token."""
    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.accesslog, config.loglevel = None, "ERROR"
    config.include_server_header = False
    config.keep_alive_timeout, config.graceful_timeout = IDLE_SECONDS, STOP_SECONDS
    return config


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve ``app`` until SIGINT, SIGTERM, or SIGHUP; then close ``listening``."""
    asyncio.run(_serve(app, listening))


async def _serve(app: ASGIApp, listening: socket.socket) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stopped.set)
    # hypercorn owns the descriptor from here.
    await hypercorn_serve(app, settings(listening.detach()), shutdown_trigger=stopped.wait, mode="asgi")  # type: ignore[arg-type]
