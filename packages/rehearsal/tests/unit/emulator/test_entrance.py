from typing import Any

from cdk_rehearsal.emulator.entrance import _request


def test_request_is_read_as_it_was_sent() -> None:
    scope: dict[str, Any] = {
        "method": "PUT",
        "path": "/a b",
        "raw_path": b"/a%20b",
        "query_string": "x=é".encode(),
        "headers": [(b"X-Amz-Meta-A", b"1"), (b"x-amz-meta-a", b"2"), (b"x-amz-meta-b", "é".encode("latin-1"))],
    }
    made = _request(scope, b"body")
    assert (made.method, made.raw_path, made.query, made.body) == ("PUT", "/a%20b", {"x": ["é"]}, b"body")
    assert made.headers == {"x-amz-meta-a": "1,2", "x-amz-meta-b": "é"}


def test_path_is_encoded_where_the_server_left_it_out() -> None:
    assert _request({"path": "/a b", "headers": []}, b"").raw_path == "/a%20b"
