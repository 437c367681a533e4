"""Looking at what a client sends first without taking it, so that a connection can still be passed on untouched."""

import asyncio
import socket

from cdk_rehearsal.door.hello import HANDSHAKE, IncompleteError, server_name

LONGEST = 64 * 1024
HEAD_END = b"\r\n\r\n"
PAUSE = 0.005


async def first_bytes(client: socket.socket, seen: int = 0) -> bytes:
    """Return what has come, once it is more than ``seen`` bytes; empty if the client has closed."""
    loop = asyncio.get_running_loop()
    while True:
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(client, settle, ready)
        try:
            await ready
        finally:
            loop.remove_reader(client)
        data = client.recv(LONGEST, socket.MSG_PEEK)
        if len(data) > seen or not data:
            return data
        await asyncio.sleep(PAUSE)  # ready still means what was seen already


async def asked_name(client: socket.socket) -> str:
    """Return the server name of a TLS client, empty if it has none. Raises ``NoHelloError``, ``ConnectionError``."""
    data = b""
    while True:
        data = await first_bytes(client, len(data))
        if not data or len(data) == LONGEST:
            raise ConnectionError("no ClientHello came")
        try:
            return server_name(data)
        except IncompleteError:
            continue


async def head(client: socket.socket) -> bytes:
    """Return the head of the HTTP request that the client sends. Raises ``ConnectionError``."""
    data = b""
    while HEAD_END not in data:
        data = await first_bytes(client, len(data))
        if not data or len(data) == LONGEST:
            raise ConnectionError("no HTTP request came")
    return data[: data.index(HEAD_END) + len(HEAD_END)]


async def is_tls(client: socket.socket) -> bool:
    """Whether a TLS client speaks. Raises ``ConnectionError`` for one that says nothing."""
    data = await first_bytes(client)
    if not data:
        raise ConnectionError("nothing came")
    return data[0] == HANDSHAKE


def settle(ready: "asyncio.Future[None]") -> None:
    """Say that a socket can be read, once."""
    if not ready.done():
        ready.set_result(None)
