"""Requests signed by botocore, as clients sign them, and what somebody may change about them."""

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import HmacV1QueryAuth as OldQueryAuth
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from cdk_rehearsal.emulator.signatures import Request, SignatureError, carries_credentials, verify

KEY, SECRET, TOKEN = "AKIAEXAMPLE", "the-secret", "the-session-token"
ENDPOINT = "http://127.0.0.1:4566"


def now() -> dt.datetime:
    """The time that botocore signs with."""
    return dt.datetime.now(tz=dt.UTC)


COLLECTED = now()  # what parametrized requests are signed at, however much later their tests run


def secret(key: str, token: str) -> str:
    if key != KEY or token not in ("", TOKEN):
        raise SignatureError("UnrecognizedClientException", "unknown")
    return SECRET


def signed(
    signer: Callable[[Credentials], Any],
    path: str = "/",
    *,
    method: str = "POST",
    body: bytes = b"Action=ListUsers",
    headers: dict[str, str] | None = None,
    token: str | None = None,
) -> Request:
    """Return a request as a client with botocore's ``signer`` sends it."""
    made = AWSRequest(method=method, url=f"{ENDPOINT}{path}", data=body, headers=headers or {})
    signer(Credentials(KEY, SECRET, token)).add_auth(made)
    address = urlsplit(made.url)
    sent = {name.lower(): value for name, value in made.headers.items()} | {"host": "127.0.0.1:4566"}
    return Request(method=method, raw_path=address.path, raw_query=address.query, headers=sent, body=body)


def in_header(path: str = "/", **more: Any) -> Request:
    return signed(lambda credentials: SigV4Auth(credentials, "iam", "us-east-1"), path, **more)


def to_s3(path: str = "/bucket/a%20b+c", **more: Any) -> Request:
    return signed(lambda credentials: S3SigV4Auth(credentials, "s3", "us-east-1"), path, **more)


def presigned(path: str = "/bucket/a%20b", expires: int = 60, **more: Any) -> Request:
    def signer(credentials: Credentials) -> Any:
        return S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=expires)

    return signed(signer, path, method="GET", body=b"", **more)


def old_url(path: str = "/bucket/key", expires: int = 60, **more: Any) -> Request:
    return signed(lambda credentials: OldQueryAuth(credentials, expires=expires), path, method="GET", body=b"", **more)


def code(request: Request, at: dt.datetime | None = None) -> str:
    with pytest.raises(SignatureError) as refused:
        verify(request, secret=secret, now=at or now())
    return refused.value.code


def changed(request: Request, **headers: str) -> Request:
    return replace(request, headers={**request.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


@pytest.mark.parametrize(
    "request_",
    [
        in_header(),
        in_header(token=TOKEN),
        in_header("/a//b/../c?x=2&x=1&y"),
        in_header(headers={"X-Amz-Target": "Service.Operation"}),
        to_s3(),
        to_s3("/bucket/%C3%BC//x?list-type=2&prefix=a%2Fb%20c", method="GET", body=b""),
        presigned(),
        presigned(token=TOKEN),
        presigned("/bucket/key?versionId=1"),
        old_url(),
        old_url(token=TOKEN),
        old_url("/bucket/key?versionId=1&x=2"),
    ],
)
def test_request_of_a_real_client_is_accepted(request_: Request) -> None:
    assert carries_credentials(request_)
    assert verify(request_, secret=secret, now=COLLECTED) == KEY


def test_presigned_request_of_another_service_signs_its_body() -> None:
    def signer(credentials: Credentials) -> Any:
        return SigV4QueryAuth(credentials, "sts", "us-east-1", expires=60)

    made = signed(signer, "/?Action=GetCallerIdentity", method="GET", body=b"")
    assert verify(made, secret=secret, now=now()) == KEY
    assert code(replace(made, body=b"x")) == "SignatureDoesNotMatch"


ALTERED = [
    replace(in_header(), method="GET"),
    replace(in_header(), raw_path="/other"),
    replace(in_header(), raw_query="Action=DeleteUser"),
    replace(in_header(), body=b"Action=DeleteUser"),
    changed(in_header(), host="localhost:4566"),
    changed(in_header(), x_amz_target="Service.Other"),
    replace(to_s3(), raw_path="/bucket/other"),
    replace(presigned(), raw_path="/bucket/other"),
    replace(presigned(), method="PUT"),
    replace(presigned(), raw_query=presigned().raw_query.replace("X-Amz-Expires=60", "X-Amz-Expires=600")),
    replace(presigned(), raw_query=f"{presigned().raw_query}&acl"),
    changed(presigned(), x_amz_acl="public-read"),
    replace(old_url(), raw_path="/bucket/other"),
    replace(old_url(), method="DELETE"),
    replace(old_url(), raw_query=f"{old_url().raw_query}&acl"),
    changed(old_url(), x_amz_acl="public-read"),
]


@pytest.mark.parametrize("request_", ALTERED)
def test_altered_request_is_refused(request_: Request) -> None:
    assert code(request_, COLLECTED) == "SignatureDoesNotMatch"


def test_wrong_secret_is_refused() -> None:
    for made in (in_header(), to_s3(), presigned(), old_url()):
        with pytest.raises(SignatureError, match=r"^SignatureDoesNotMatch"):
            verify(made, secret=lambda *_: "guessed", now=now())


def test_unknown_key_is_refused() -> None:
    def unknown(key: str, token: str) -> str:
        raise SignatureError("UnrecognizedClientException", f"{key} {token}")

    for made in (in_header(), presigned(), old_url()):
        with pytest.raises(SignatureError, match=rf"^UnrecognizedClientException: {KEY} "):
            verify(made, secret=unknown, now=now())


def test_body_that_differs_from_its_signed_hash_is_refused() -> None:
    assert code(replace(to_s3(), body=b"other")) == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize("payload", ["UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_payload_that_is_signed_as_unsigned_may_be_anything(payload: str) -> None:
    class Signer(SigV4Auth):  # type: ignore[misc]
        def payload(self, _request: Any) -> str:
            return payload

    made = signed(lambda each: Signer(each, "s3", "us-east-1"), headers={"X-Amz-Content-SHA256": payload})
    assert verify(replace(made, body=b"anything"), secret=secret, now=now()) == KEY
    assert code(changed(made, x_amz_content_sha256="UNSIGNED")) == "XAmzContentSHA256Mismatch"


def chunked(*chunks: bytes) -> Request:
    """Sign in chunks, as "Transferring payload in multiple chunks" in the S3 API reference describes."""
    marker = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"

    class Signer(SigV4Auth):  # type: ignore[misc]
        def payload(self, _request: Any) -> str:
            return marker

    signer = Signer(Credentials(KEY, SECRET), "s3", "us-east-1")
    made = signed(lambda _: signer, "/bucket/key", method="PUT", headers={"X-Amz-Content-SHA256": marker})
    previous = made.headers["authorization"].rpartition("=")[2]
    date, body = made.headers["x-amz-date"], b""
    for chunk in (*chunks, b""):
        scope, empty = f"{date[:8]}/us-east-1/s3/aws4_request", hashlib.sha256(b"").hexdigest()
        parts = ["AWS4-HMAC-SHA256-PAYLOAD", date, scope, previous, empty, hashlib.sha256(chunk).hexdigest()]
        aws_request = AWSRequest(method="PUT", url=ENDPOINT)
        aws_request.context["timestamp"] = date
        previous = signer.signature("\n".join(parts), aws_request)
        body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk + b"\r\n"
    return replace(made, body=body)


def test_payload_signed_in_chunks_is_accepted_and_verified() -> None:
    made = chunked(b"one", b"two")
    assert verify(made, secret=secret, now=now()) == KEY
    assert code(replace(made, body=made.body.replace(b"two", b"six"))) == "SignatureDoesNotMatch"


@pytest.mark.parametrize("minutes", [-20, 20])
def test_signature_of_another_time_is_refused(minutes: int) -> None:
    at = now() + dt.timedelta(minutes=minutes)
    assert code(in_header(), at) == "RequestTimeTooSkewed"


def test_presigned_url_is_good_until_it_expires_and_not_before_its_time() -> None:
    later = now() + dt.timedelta(minutes=50)
    for made in (presigned(expires=3600), old_url(expires=3600)):
        assert verify(made, secret=secret, now=later) == KEY
        assert code(made, now() + dt.timedelta(minutes=61)) == "RequestExpired"
    assert code(presigned(), now() - dt.timedelta(minutes=20)) == "RequestExpired"


@pytest.mark.parametrize("seconds", [0, 604801])
def test_presigned_url_lasts_a_second_at_least_and_a_week_at_most(seconds: int) -> None:
    assert code(presigned(expires=seconds)) == "IncompleteSignature"


def test_url_of_the_old_kind_with_an_odd_expiry_has_expired() -> None:
    made = old_url()
    expires = next(part for part in made.raw_query.split("&") if part.startswith("Expires="))
    assert code(replace(made, raw_query=made.raw_query.replace(expires, "Expires=soon"))) == "RequestExpired"


@pytest.mark.parametrize(
    "header",
    [
        "AWS4-HMAC-SHA256 Signature=1, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20260101, Signature=1, SignedHeaders=host",
    ],
)
def test_incomplete_signature_is_refused(header: str) -> None:
    assert code(changed(in_header(), authorization=header)) in {"IncompleteSignature", "MissingAuthorizationParameter"}


@pytest.mark.parametrize("date", ["yesterday", "20261399T000000Z"])
def test_odd_date_is_refused(date: str) -> None:
    assert code(changed(in_header(), x_amz_date=date)) == "IncompleteSignature"


def test_signature_must_cover_the_host() -> None:
    class Signer(SigV4Auth):  # type: ignore[misc]
        def headers_to_sign(self, request: Any) -> Any:
            names = super().headers_to_sign(request)
            del names["host"]
            return names

    assert code(signed(lambda each: Signer(each, "iam", "us-east-1"))) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("authorization", "query"),
    [
        ("AWS AKIAEXAMPLE:c2lnbmF0dXJl", ""),
        ("AWS4-ECDSA-P256-SHA256 Credential=AKIAEXAMPLE/20260101/s3/aws4_request", ""),
        ("AWS4-HMAC-SHA512 Credential=AKIAEXAMPLE/20260101/r/s/aws4_request", ""),
        ("", "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=AKIAEXAMPLE"),
        ("", "X-Amz-Credential=111111111111/20260101/us-east-1/iam/aws4_request"),
        ("", "x-amz-credential=111111111111"),
        ("", "AWSAccessKeyId=111111111111"),
        ("", "AWSAccessKeyId=111111111111&Signature=x"),
    ],
)
def test_credentials_of_another_kind_are_refused(authorization: str, query: str) -> None:
    made = Request(method="GET", raw_path="/", raw_query=query, headers={"authorization": authorization})
    assert carries_credentials(made)
    assert code(made) == "UnsupportedSignature"


def test_credentials_in_header_and_url_are_refused() -> None:
    made = in_header()
    assert code(replace(made, raw_query="X-Amz-Credential=111111111111")) == "UnsupportedSignature"
    assert code(replace(presigned(), headers=made.headers)) == "UnsupportedSignature"
    assert code(replace(old_url(), headers=made.headers)) == "UnsupportedSignature"


def test_request_without_aws_credentials_carries_none() -> None:
    headers = {"authorization": "Bearer of-something"}
    assert not carries_credentials(Request(method="GET", raw_path="/", raw_query="a=1", headers=headers))
