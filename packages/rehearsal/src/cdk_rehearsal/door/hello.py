"""The server name in the first bytes of a TLS connection (RFC 8446, section 4.1.2; RFC 6066, section 3)."""

HANDSHAKE, CLIENT_HELLO, SERVER_NAME = 22, 1, 0
RECORD_HEADER = 5


class IncompleteError(Exception):
    """More bytes are needed."""


class NoHelloError(Exception):
    """The bytes are no TLS client's."""


def server_name(data: bytes) -> str:
    """Return the name that a ClientHello asks for, empty if it names none.

    Raises:
        IncompleteError: the hello goes on beyond ``data``.
        NoHelloError: it is malformed.
    """
    hello = _hello(data)
    reader = _Reader(hello)
    reader.skip(2 + 32)  # version and random
    reader.skip(reader.number(1))  # session id
    reader.skip(reader.number(2))  # cipher suites
    reader.skip(reader.number(1))  # compression methods
    if reader.is_at_end:
        return ""
    extensions = _Reader(reader.take(reader.number(2)))
    while not extensions.is_at_end:
        kind, content = extensions.number(2), _Reader(extensions.take(extensions.number(2)))
        if kind == SERVER_NAME:
            content.skip(3)  # length of the list, and the type: host_name is the only one
            return content.take(content.number(2)).decode("ascii", errors="replace").lower()
    return ""


def _hello(data: bytes) -> bytes:
    """Return the body of the handshake message, which may be split over records."""
    joined, rest = b"", data
    while True:
        if rest and rest[0] != HANDSHAKE:
            raise NoHelloError
        if len(rest) < RECORD_HEADER:
            raise IncompleteError
        end = RECORD_HEADER + int.from_bytes(rest[3:5])
        joined, rest = joined + rest[RECORD_HEADER:end], rest[end:]
        if joined and joined[0] != CLIENT_HELLO:
            raise NoHelloError
        length = 4 + int.from_bytes(joined[1:4])
        if len(joined) >= max(length, 4):
            return joined[4:length]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._data)

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise NoHelloError
        found = self._data[self._at : self._at + count]
        self._at += count
        return found

    def skip(self, count: int) -> None:
        self.take(count)

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size))
