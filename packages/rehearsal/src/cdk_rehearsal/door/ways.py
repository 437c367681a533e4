"""Ways from the door to a host: straight, or through the user's own proxy."""

import asyncio
import ssl

from cdk_rehearsal.door.exchange import CHUNK, Stream
from cdk_rehearsal.door.upstream import Proxy, Upstream

SECONDS = 30.0
HEAD_END = b"\r\n\r\n"
ACCEPTED = 200


class UnreachableError(Exception):
    """A host that may be reached can't be."""


async def tunnel(host: str, port: int, upstream: Upstream, *, tls: bool) -> Stream:
    """Return a connection on which bytes go to a host untouched. Raises :class:`UnreachableError`."""
    proxy = upstream.proxy_for(host, tls=tls)
    if proxy is None:
        return await _open(host, port)
    stream = await to_proxy(proxy)
    head = f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n"
    head += f"Proxy-Authorization: {proxy.authorization}\r\n" if proxy.authorization else ""
    reader, writer = stream
    try:
        writer.write(f"{head}\r\n".encode())
        async with asyncio.timeout(SECONDS):
            answer = await reader.readuntil(HEAD_END)
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        writer.close()
        raise UnreachableError(f"{host}: the proxy {proxy.host}:{proxy.port} gave no answer") from error
    status = answer.split(b"\r\n")[0].decode(errors="replace").partition(" ")[2]
    if status.partition(" ")[0] != str(ACCEPTED):
        writer.close()
        raise UnreachableError(f"{host}: the proxy {proxy.host}:{proxy.port} answered {status}")
    return stream


async def to_proxy(proxy: Proxy) -> Stream:
    """Return a connection to the user's proxy. Raises :class:`UnreachableError`."""
    return await _open(proxy.host, proxy.port, ssl.create_default_context() if proxy.tls else None)


async def _open(host: str, port: int, tls: ssl.SSLContext | None = None) -> Stream:
    try:
        async with asyncio.timeout(SECONDS):
            return await asyncio.open_connection(host, port, ssl=tls, limit=CHUNK)
    except (OSError, TimeoutError) as error:
        raise UnreachableError(f"{host}:{port}: {error.strerror or 'no answer'}") from error
