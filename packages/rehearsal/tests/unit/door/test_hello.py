import ssl

import pytest

from cdk_rehearsal.door.hello import IncompleteError, NoHelloError, server_name


def hello(name: str | None) -> bytes:
    """What Python's own TLS sends first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


def in_two_records(data: bytes) -> bytes:
    body = data[5:]
    parts = body[:50], body[50:]
    return b"".join(data[:3] + len(part).to_bytes(2) + part for part in parts)


def test_name_is_read_from_a_real_hello() -> None:
    assert server_name(hello("Bucket.s3.amazonaws.com")) == "bucket.s3.amazonaws.com"


def test_hello_without_a_name_yields_none() -> None:
    assert server_name(hello(None)) == ""


def test_hello_split_over_records_is_joined() -> None:
    assert server_name(in_two_records(hello("one.example"))) == "one.example"


def test_every_part_of_a_hello_is_incomplete() -> None:
    whole = hello("one.example")
    for end in range(len(whole)):
        with pytest.raises(IncompleteError):
            server_name(whole[:end])


def test_hello_without_extensions_names_no_host() -> None:
    body = b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00"
    handshake = b"\x01" + len(body).to_bytes(3) + body
    assert server_name(b"\x16\x03\x01" + len(handshake).to_bytes(2) + handshake) == ""


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", hello("a.b")[:5] + b"\x05" * 600]
)
def test_other_bytes_are_no_hello(data: bytes) -> None:
    with pytest.raises(NoHelloError):
        server_name(data)


def test_hello_with_lengths_beyond_its_end_is_malformed() -> None:
    body = b"\x03\x03" + bytes(32) + b"\xff"
    handshake = b"\x01" + len(body).to_bytes(3) + body
    with pytest.raises(NoHelloError):
        server_name(b"\x16\x03\x01" + len(handshake).to_bytes(2) + handshake)
