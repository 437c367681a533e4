"""Serves the door: its proxy on loopback, and the listeners that sandboxes hand over."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from cdk_rehearsal.door import names_service
from cdk_rehearsal.door.connections import Connections
from cdk_rehearsal.door.peek import settle

LONGEST_MESSAGE, MOST_SOCKETS = 64 * 1024, 64
LARGEST_QUERY = 4096
NAMES, ANY, PORT = "names", "any", "port "
Serve = Callable[[socket.socket], Coroutine[Any, Any, None]]
log = logging.getLogger(__name__)


class Server:
    """The sockets of one door."""

    def __init__(self, connections: Connections) -> None:
        """Serve with ``connections``."""
        self._connections = connections
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, *, proxy: socket.socket, control: socket.socket) -> None:
        """Serve until SIGTERM or SIGINT."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        port = proxy.getsockname()[1]
        self.start(self.accept(proxy, lambda client: self._connections.serve(client, port=port, trusted=False)))
        self.start(self.accept(control, self.serve_sandbox))
        await stop.wait()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something beside the rest."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def accept(self, listener: socket.socket, serve: Serve) -> None:
        """Serve every client of a listening socket."""
        listener.setblocking(False)  # noqa: FBT003 - the socket module's own signature
        loop = asyncio.get_running_loop()
        with listener:
            while True:
                client, _ = await loop.sock_accept(listener)
                client.setblocking(False)  # noqa: FBT003 - as above
                self.start(serve(client))

    async def serve_sandbox(self, sandbox: socket.socket) -> None:
        """Serve the listeners that a sandbox hands over, until it ends."""
        loop = asyncio.get_running_loop()
        tasks: list[asyncio.Task[None]] = []
        with sandbox:
            try:
                await _readable(sandbox)
                message, handles, _, _ = socket.recv_fds(sandbox, LONGEST_MESSAGE, MOST_SOCKETS)
                listeners = [socket.socket(fileno=handle) for handle in handles]
                roles = json.loads(message or b"[]")
                tasks = [self.start(self._serve_role(*each)) for each in zip(roles, listeners, strict=True)]
                await loop.sock_sendall(sandbox, b"+")
                await loop.sock_recv(sandbox, 1)
            except (OSError, ValueError) as error:
                log.warning("a sandbox ended: %r", error)
            finally:
                for task in tasks:
                    task.cancel()

    async def _serve_role(self, role: str, listener: socket.socket) -> None:
        if role == NAMES:
            await _answer_names(listener)
        elif role.startswith(PORT):
            port = int(role.removeprefix(PORT))
            await self.accept(listener, lambda client: self._connections.serve_port(client, port))
        else:
            port = listener.getsockname()[1]
            await self.accept(listener, lambda client: self._connections.serve(client, port=port, trusted=True))


async def _answer_names(listener: socket.socket) -> None:
    listener.setblocking(False)  # noqa: FBT003 - the socket module's own signature
    loop = asyncio.get_running_loop()
    with listener:
        while True:
            query, sender = await loop.sock_recvfrom(listener, LARGEST_QUERY)
            response = names_service.answer(query)
            if response:
                with contextlib.suppress(OSError):
                    await loop.sock_sendto(listener, response, sender)


async def _readable(connection: socket.socket) -> None:
    """Wait for data without taking it, since file descriptors come with it."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(connection, settle, ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection)


def listen_on_path(path: Path) -> socket.socket:
    """Listen on a UNIX socket for its owner alone, whose path may be longer than such an address may be."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    if Path("/proc/self/fd").is_dir():
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            listener.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
    else:
        listener.bind(str(path))
    path.chmod(0o600)
    listener.listen()
    return listener
