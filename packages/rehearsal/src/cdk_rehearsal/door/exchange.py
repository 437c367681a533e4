"""HTTP requests passed on one by one, each rewritten (the parsing is h11's)."""

import asyncio
from collections.abc import Awaitable, Callable

import h11

CHUNK = 64 * 1024
Rewrite = Callable[[h11.Request], h11.Request]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Stream]]


class Side:
    """One connection of an exchange."""

    def __init__(self, role: type[h11.CLIENT] | type[h11.SERVER], stream: Stream) -> None:
        """Speak to ``stream`` as ``role``."""
        self.state = h11.Connection(our_role=role)
        self._reader, self._writer = stream

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """Return what the other end says next, encouraging it where it waits for that."""
        while True:
            event = self.state.next_event()
            if not isinstance(event, type) or event is h11.PAUSED:
                return event
            if self.state.they_are_waiting_for_100_continue:
                # botocore looks for the reason as well.
                await self.send(h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue"))
            self.state.receive_data(await self._reader.read(CHUNK))

    async def send(self, event: h11.Event) -> None:
        """Send an event."""
        data = self.state.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


async def forward(here: Stream, connect: Connect, rewrite: Rewrite, *, once: bool) -> None:
    """Pass requests on to what ``connect`` opens, and responses back, until either end closes.

    With ``once``, the client is told to open another connection for its next request.
    """
    client = Side(h11.SERVER, here)
    server: Side | None = None
    try:
        while True:
            request = await client.next_event()
            if not isinstance(request, h11.Request):
                return
            server = server or Side(h11.CLIENT, await connect())
            await server.send(_without_expectation(rewrite(request)))
            await _pass_body(client, server)
            response = await _response(server)
            if once:
                others = [(name, value) for name, value in response.headers if name != b"connection"]
                response = h11.Response(
                    status_code=response.status_code,
                    headers=[*others, (b"connection", b"close")],
                    reason=response.reason,
                )
            await client.send(response)
            await _pass_body(server, client)
            if once or h11.MUST_CLOSE in (client.state.our_state, client.state.their_state):
                return
            client.state.start_next_cycle()
            if server.state.our_state is h11.DONE and server.state.their_state is h11.DONE:
                server.state.start_next_cycle()
            else:
                server.close()
                server = None
    finally:
        client.close()
        if server is not None:
            server.close()


async def respond(here: Stream, status: int, text: str, *headers: tuple[str, str]) -> None:
    """Answer the request that comes next with a sentence, and close."""
    side = Side(h11.SERVER, here)
    try:
        while not isinstance(await side.next_event(), (h11.EndOfMessage, h11.ConnectionClosed)):
            pass
        body = f"{text}\n".encode()
        length = ("Content-Length", str(len(body)))
        fields = [("Content-Type", "text/plain; charset=utf-8"), length, ("Connection", "close"), *headers]
        await side.send(h11.Response(status_code=status, headers=fields))
        await side.send(h11.Data(data=body))
        await side.send(h11.EndOfMessage())
    finally:
        side.close()


def _without_expectation(request: h11.Request) -> h11.Request:
    """The door itself answers ``Expect: 100-continue``."""
    headers = [(name, value) for name, value in request.headers if name != b"expect"]
    return h11.Request(method=request.method, target=request.target, headers=headers)


async def _pass_body(source: Side, target: Side) -> None:
    while True:
        event = await source.next_event()
        if not isinstance(event, (h11.Data, h11.EndOfMessage)):
            raise h11.RemoteProtocolError("the connection closed within a message")
        await target.send(event)
        if isinstance(event, h11.EndOfMessage):
            return


async def _response(server: Side) -> h11.Response:
    while True:
        event = await server.next_event()
        if isinstance(event, h11.Response):
            return event
        if not isinstance(event, h11.InformationalResponse):
            raise h11.RemoteProtocolError("the connection closed before a response")
