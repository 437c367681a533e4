"""What the door does with one connection: it looks at the first bytes, decides by the host, and passes it on."""

import asyncio
import base64
import hmac
import logging
import socket
import ssl
from urllib.parse import urlsplit

import h11

from cdk_rehearsal.door import peek
from cdk_rehearsal.door.authority import Authority
from cdk_rehearsal.door.exchange import CHUNK, Stream, forward, respond
from cdk_rehearsal.door.handover import stamp
from cdk_rehearsal.door.hello import NoHelloError
from cdk_rehearsal.door.names import split_address
from cdk_rehearsal.door.policy import Policy, Verdict, advice
from cdk_rehearsal.door.refusals import Refusals
from cdk_rehearsal.door.relay import relay
from cdk_rehearsal.door.upstream import Upstream
from cdk_rehearsal.door.ways import UnreachableError, to_proxy, tunnel

HTTP, TLS = 80, 443
PATIENCE_SECONDS = 30.0
CONNECT = b"CONNECT"
OPENED = b"HTTP/1.1 200 Connection established\r\n\r\n"
# ValueError: a port that is no number, a name that no certificate can hold.
FAULTS = (OSError, ValueError, h11.ProtocolError, NoHelloError, UnreachableError, asyncio.IncompleteReadError)
log = logging.getLogger(__name__)


class Connections:
    """Serves connections of a rehearsal's processes."""

    def __init__(
        self,
        *,
        policy: Policy,
        authority: Authority,
        refusals: Refusals,
        upstream: Upstream,
        emulator: int,
        secret: str,
        token: str,
    ) -> None:
        """Hand what is AWS's to ``emulator``, by its port, with ``secret``; ``token`` opens the proxy."""
        self._policy, self._authority, self._refusals = policy, authority, refusals
        self._upstream, self._secret = upstream, secret
        self._emulator = ("127.0.0.1", emulator)
        self._expected = f"Basic {base64.b64encode(f'rehearsal:{token}'.encode()).decode()}"

    async def serve(self, client: socket.socket, *, port: int, trusted: bool) -> None:
        """Serve a client that connected to ``port``; one that is not ``trusted`` must give the token."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                tls = await peek.is_tls(client)
            if tls:
                await self._serve_tls(client, "", port)
            else:
                await self._serve_http(client, port, trusted=trusted)
        except FAULTS as error:
            log.info("connection ended: %r", error)
        finally:
            client.close()

    async def serve_port(self, client: socket.socket, port: int) -> None:
        """Connect a client with a port of the machine's loopback."""
        try:
            await relay(await _stream(client), await tunnel("127.0.0.1", port, Upstream(), tls=False))
        except FAULTS as error:
            log.info("port %d: %r", port, error)
        finally:
            client.close()

    async def _serve_http(self, client: socket.socket, port: int, *, trusted: bool) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await peek.head(client)
        request = _parsed(head)
        fields = dict(request.headers)
        proxied = request.method == CONNECT or b"://" in request.target
        if proxied and not trusted and not self._is_authorized(fields):
            challenge = ("Proxy-Authenticate", 'Basic realm="rehearsal"')
            await respond(await _stream(client), 407, "the rehearsal's proxy is for its own processes", challenge)
        elif request.method == CONNECT:
            client.recv(len(head))
            host, asked = split_address(request.target.decode(), TLS)
            await self._serve_tunnel(client, host, asked)
        elif proxied:
            parts = urlsplit(request.target.decode())
            host, asked = split_address(parts.netloc.rpartition("@")[2], HTTP)
            await self._serve_request(client, host, asked, once=True)
        else:
            host, asked = split_address(fields.get(b"host", b"").decode(), port)
            await self._serve_request(client, host, asked, once=False)

    async def _serve_tunnel(self, client: socket.socket, host: str, port: int) -> None:
        """Serve a CONNECT: what is refused is told inside the tunnel, too, where programs show it."""
        if await self._decide(host, port) is Verdict.PASS:
            try:
                there = await tunnel(host, port, self._upstream, tls=True)
            except UnreachableError as error:
                log.info("%s", error)
                await _send(client, b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
                return
            await _send(client, OPENED)
            await relay(await _stream(client), there)
            return
        await _send(client, OPENED)
        async with asyncio.timeout(PATIENCE_SECONDS):
            tls = await peek.is_tls(client)
        if tls:
            await self._serve_tls(client, host, port)
        else:
            await self._serve_request(client, host, port, once=False)

    async def _serve_tls(self, client: socket.socket, host: str, port: int) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            name = await peek.asked_name(client) or host
        verdict = await self._decide(name, port)
        if verdict is Verdict.PASS and not host:
            there = await tunnel(name, port, self._upstream, tls=True)
            await relay(await _stream(client), there)
            return
        stream = await _stream(client, self._authority.context(name or "unnamed.invalid"))
        if verdict is Verdict.EMULATOR:
            await self._to_emulator(stream, once=False)
        else:
            await self._refuse(stream, name, port)

    async def _serve_request(self, client: socket.socket, host: str, port: int, *, once: bool) -> None:
        verdict = await self._decide(host, port)
        stream = await _stream(client)
        if verdict is Verdict.EMULATOR:
            await self._to_emulator(stream, once=once)
        elif verdict is Verdict.PASS:
            await self._pass_http(stream, host, port, once=once)
        else:
            await self._refuse(stream, host, port)

    async def _decide(self, host: str, port: int) -> Verdict:
        # In a thread: the first question reads what the package managers are configured with.
        return await asyncio.get_running_loop().run_in_executor(None, self._policy.decide, host, port)

    async def _to_emulator(self, client: Stream, *, once: bool) -> None:
        address = f"{self._emulator[0]}:{self._emulator[1]}"

        def rewrite(request: h11.Request) -> h11.Request:
            signed = dict(request.headers).get(b"host", b"").decode()
            headers = stamp(_end_to_end(request), signed_host=signed, emulator=address, secret=self._secret)
            return h11.Request(method=request.method, target=_origin_form(request.target), headers=headers)

        await forward(client, lambda: asyncio.open_connection(*self._emulator, limit=CHUNK), rewrite, once=once)

    async def _pass_http(self, client: Stream, host: str, port: int, *, once: bool) -> None:
        proxy = self._upstream.proxy_for(host, tls=False)

        def rewrite(request: h11.Request) -> h11.Request:
            headers, target = _end_to_end(request), _origin_form(request.target)
            if proxy is not None:
                target = f"http://{host}:{port}".encode() + target
                if proxy.authorization:
                    headers.append((b"proxy-authorization", proxy.authorization.encode()))
            return h11.Request(method=request.method, target=target, headers=headers)

        async def connect() -> Stream:
            return await (to_proxy(proxy) if proxy else tunnel(host, port, self._upstream, tls=False))

        try:
            await forward(client, connect, rewrite, once=once)
        except UnreachableError as error:
            log.info("%s", error)

    async def _refuse(self, client: Stream, host: str, port: int) -> None:
        self._refusals.record(host or "a host without a name", port)
        log.warning("refused %s:%d", host, port)
        await respond(client, 403, advice(host))

    def _is_authorized(self, fields: dict[bytes, bytes]) -> bool:
        return hmac.compare_digest(fields.get(b"proxy-authorization", b""), self._expected.encode())


def _parsed(head: bytes) -> h11.Request:
    state = h11.Connection(our_role=h11.SERVER)
    state.receive_data(head)
    event = state.next_event()
    if not isinstance(event, h11.Request):
        raise h11.RemoteProtocolError("no HTTP request came")
    return event


def _end_to_end(request: h11.Request) -> list[tuple[bytes, bytes]]:
    hop = {b"proxy-authorization", b"proxy-connection"}
    return [(name, value) for name, value in request.headers if name not in hop]


def _origin_form(target: bytes) -> bytes:
    if b"://" not in target:
        return target
    rest = target.partition(b"://")[2]
    slash = min((at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0), default=len(rest))
    found = rest[slash:]
    return found if found.startswith(b"/") else b"/" + found


async def _send(client: socket.socket, data: bytes) -> None:
    await asyncio.get_running_loop().sock_sendall(client, data)


async def _stream(client: socket.socket, tls: ssl.SSLContext | None = None) -> Stream:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=CHUNK, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    # A handle of its own, which closes when all is written.
    transport, _ = await loop.connect_accepted_socket(lambda: protocol, client.dup(), ssl=tls)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
