"""Verifies the signatures of requests, as "Signing AWS API requests" in the IAM User Guide describes them.

Accepted are Signature Version 4 in headers and in presigned URLs, payloads signed in chunks, and presigned URLs of S3
in version 2, which boto3 still makes by default. Version 4A and version 2 in headers are refused.
"""

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.auth
from botocore.awsrequest import HTTPHeaders
from botocore.credentials import Credentials
from ministack.core import sigv4

ALGORITHM = "AWS4-HMAC-SHA256"
UNSIGNED_PAYLOADS = frozenset({"UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"})
CHUNKED_PAYLOADS = frozenset({"STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"})
QUERY_NAMES = frozenset({"x-amz-algorithm", "x-amz-credential", "x-amz-signature", "awsaccesskeyid"})
DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
EARLY = dt.timedelta(minutes=15)
LONGEST_SECONDS = 7 * 24 * 3600

Secret = Callable[[str, str], str]


class SignatureError(Exception):
    """A request whose signature is not accepted; ``code`` is MiniStack's name of the failure."""

    def __init__(self, code: str, message: str) -> None:
        """Keep both parts."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it was sent. Header names are lower case; a repeated header is joined by commas."""

    method: str
    raw_path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def query(self) -> dict[str, list[str]]:
        """The parameters in the URL."""
        return parse_qs(self.raw_query, keep_blank_values=True)


def carries_credentials(request: Request) -> bool:
    """Whether anything in the request looks like AWS credentials, complete or not."""
    signed = request.headers.get("authorization", "").startswith("AWS")
    return signed or any(name.lower() in QUERY_NAMES for name in request.query)


def verify(request: Request, *, secret: Secret, now: dt.datetime) -> str:
    """Return the access key that signed the request.

    ``secret`` returns the secret key of an access key and a session token, and raises :class:`SignatureError` where
    there is none. Raises :class:`SignatureError` also for a signature that is wrong, too old, or of another kind.
    """
    header = request.headers.get("authorization", "")
    query = request.query
    if header.startswith(f"{ALGORITHM} ") and not any(name.lower() in QUERY_NAMES for name in query):
        return _verify_header(request, secret, now)
    if not header.startswith("AWS") and query.get("X-Amz-Algorithm") == [ALGORITHM]:
        return _verify_url(request, query, secret, now)
    if not header.startswith("AWS") and {"AWSAccessKeyId", "Signature", "Expires"} <= query.keys():
        return _verify_old_url(request, query, secret, now)
    raise SignatureError("UnsupportedSignature", "The request signature does not conform to AWS standards.")


def _verify_header(request: Request, secret: Secret, now: dt.datetime) -> str:
    signature = _parsed(sigv4.parse_header_signature(request.headers))
    _raise(sigv4.request_time_failure(signature, now=now))
    _require_signed_headers(request, signature.signed_headers)
    _require_payload(request)
    key = secret(signature.access_key_id, request.headers.get("x-amz-security-token", ""))
    _require_signature(request, request.query, signature, key, presigned=False)
    return str(signature.access_key_id)


def _verify_url(request: Request, query: Mapping[str, list[str]], secret: Secret, now: dt.datetime) -> str:
    signature = _parsed(sigv4.parse_query_signature(query))
    seconds = query.get("X-Amz-Expires", [""])[0]
    if not re.fullmatch(r"\d{1,6}", seconds, re.ASCII) or not 0 < int(seconds) <= LONGEST_SECONDS:
        raise SignatureError("IncompleteSignature", "X-Amz-Expires must be between 1 and 604800 seconds.")
    signed_at = dt.datetime.strptime(signature.amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
    if now > signed_at + dt.timedelta(seconds=int(seconds)) or signed_at > now + EARLY:
        raise SignatureError("RequestExpired", "Request has expired")
    _require_signed_headers(request, signature.signed_headers)
    if signature.service != "s3":  # S3 does not sign the payload of a presigned URL
        _require_payload(request)
    key = secret(signature.access_key_id, query.get("X-Amz-Security-Token", [""])[0])
    _require_signature(request, query, signature, key, presigned=True)
    return str(signature.access_key_id)


def _verify_old_url(request: Request, query: Mapping[str, list[str]], secret: Secret, now: dt.datetime) -> str:
    (key_id, *_), (given, *_), (expires, *_) = query["AWSAccessKeyId"], query["Signature"], query["Expires"]
    if not re.fullmatch(r"\d{1,12}", expires, re.ASCII) or int(expires) < now.timestamp():
        raise SignatureError("RequestExpired", "Request has expired")
    token = query.get("x-amz-security-token", [""])[0]
    signer = _OldSigner(Credentials(key_id, secret(key_id, token), token or None), expires)
    headers = HTTPHeaders()
    for name, value in request.headers.items():
        headers[name] = value
    address = urlsplit(f"http://host{request.raw_path}?{request.raw_query}")
    if not hmac.compare_digest(signer.get_signature(request.method, address, headers).encode(), given.encode()):
        raise SignatureError("SignatureDoesNotMatch", sigv4.SIGNATURE_MISMATCH)
    return key_id


class _OldSigner(botocore.auth.HmacV1Auth):  # type: ignore[misc]  # botocore has no types
    """Signs as version 2 does in a URL, where the time of expiry takes the place of the date."""

    def __init__(self, credentials: Credentials, expires: str) -> None:
        super().__init__(credentials)
        self._expires = expires

    def _get_date(self) -> str:
        return self._expires


def _parsed(found: Any) -> Any:
    if isinstance(found, tuple):
        raise SignatureError(*found)
    try:
        if DATE.fullmatch(found.amz_date):
            dt.datetime.strptime(found.amz_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
            return found
    except ValueError:
        pass
    raise SignatureError("IncompleteSignature", f"Date must be in ISO-8601 'basic format'. Got '{found.amz_date}'.")


def _require_signed_headers(request: Request, signed: str) -> None:
    """Refuse a request whose signature leaves out the host or one of AWS's own headers."""
    names = set(signed.split(";"))
    left_out = [name for name in request.headers if name.startswith("x-amz-") and name not in names]
    if left_out or "host" not in names:
        text = "There were headers present in the request which were not signed"
        raise SignatureError("SignatureDoesNotMatch", f"{text}: {', '.join(left_out) or 'host'}")


def _require_payload(request: Request) -> None:
    """Refuse a body that differs from the hash that was signed."""
    given = request.headers.get("x-amz-content-sha256")
    if given is None or given in UNSIGNED_PAYLOADS | CHUNKED_PAYLOADS:
        return  # without the header the body's own hash is what is verified
    if not hmac.compare_digest(given.encode(), hashlib.sha256(request.body).hexdigest().encode()):
        text = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise SignatureError("XAmzContentSHA256Mismatch", text)


def _require_signature(
    request: Request, query: Mapping[str, list[str]], signature: Any, key: str, *, presigned: bool
) -> None:
    # Header and query are verified by MiniStack's own functions, which it applies to all keys but an account's root.
    _raise(
        sigv4.header_signature_failure(
            signature, key, request.method, request.raw_path, query, request.headers, request.body, presigned=presigned
        )
    )


def _raise(failure: tuple[str, str] | None) -> None:
    if failure:
        raise SignatureError(*failure)
