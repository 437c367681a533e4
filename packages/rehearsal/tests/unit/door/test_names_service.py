import pytest

from cdk_rehearsal.door.names_service import answer

NAME = b"\x03sts\x09amazonaws\x03com\x00"
HEADER = b"\xab\xcd\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"


def test_every_name_has_the_loopback_address() -> None:
    response = answer(HEADER + NAME + b"\x00\x01\x00\x01")
    assert response[:2] == b"\xab\xcd"
    assert response[4:12] == b"\x00\x01\x00\x01\x00\x00\x00\x00"
    assert response.endswith(b"\x00\x04\x7f\x00\x00\x01")


def test_other_types_have_no_answer() -> None:
    response = answer(HEADER + NAME + b"\x00\x1c\x00\x01" + b"additional")
    assert response[4:12] == b"\x00\x01\x00\x00\x00\x00\x00\x00"
    assert response.endswith(NAME + b"\x00\x1c\x00\x01")


@pytest.mark.parametrize("query", [b"", HEADER, HEADER + b"\x03sts", HEADER + NAME + b"\x00"])
def test_malformed_query_has_no_response(query: bytes) -> None:
    assert answer(query) == b""
