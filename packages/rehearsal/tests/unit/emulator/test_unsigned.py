import pytest

from cdk_rehearsal.emulator.signatures import Request
from cdk_rehearsal.emulator.wiring.unsigned import acts_for, serves_unsigned

KEY = "111111111111"


def asked(path: str, query: str = "", authorization: str = "", method: str = "GET") -> Request:
    headers = {"host": "127.0.0.1:4566", "authorization": authorization}
    return Request(method=method, raw_path=path, raw_query=query, headers=headers)


@pytest.mark.parametrize(
    ("authorization", "query"),
    [
        (f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/iam/aws4_request", ""),
        (f"AWS {KEY}:signature", ""),
        ("", f"X-Amz-Credential={KEY}/20260101"),
        ("", f"AWSAccessKeyId={KEY}"),
    ],
)
def test_request_that_names_a_key_is_not_served_unsigned_even_at_a_sign_in_page(authorization: str, query: str) -> None:
    assert serves_unsigned(asked("/login"), "/login")
    assert not serves_unsigned(asked("/login", query, authorization), "/login")


def test_only_the_verified_key_is_acted_for() -> None:
    both = f"AWSAccessKeyId=AKIAUSER&X-Amz-Credential={KEY}/20260101"
    assert not acts_for(asked("/bucket/key", both), "/bucket/key", "AKIAUSER")
    assert acts_for(asked("/bucket/key", "AWSAccessKeyId=AKIAUSER"), "/bucket/key", "AKIAUSER")
    added = asked("/", "AWSAccessKeyId=AKIAUSER&Action=ListUsers&Version=2010-05-08")
    assert not acts_for(added, "/", "AKIAUSER")
