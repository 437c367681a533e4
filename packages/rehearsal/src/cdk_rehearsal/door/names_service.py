"""Answers to DNS questions in a sandbox: every name is at 127.0.0.1, where the door listens (RFC 1035, section 4)."""

HEADER = 12
ADDRESS_TYPE = 1
ANSWER_FLAGS = b"\x81\x80"  # a response, recursion available, no error
COUNTS = b"\x00\x01", b"\x00\x00\x00\x00"
ANSWER = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01"  # that name, A, IN, 60 s, 127.0.0.1


def answer(query: bytes) -> bytes:
    """Return the response to a query, without an address for any type but A; empty if it is no query."""
    end = query.find(b"\x00", HEADER) + 5
    if end <= HEADER + 4 or len(query) < end:
        return b""
    wanted = int.from_bytes(query[end - 4 : end - 2]) == ADDRESS_TYPE
    question, rest = COUNTS
    counts = question + (b"\x00\x01" if wanted else b"\x00\x00") + rest
    return query[:2] + ANSWER_FLAGS + counts + query[HEADER:end] + (ANSWER if wanted else b"")
