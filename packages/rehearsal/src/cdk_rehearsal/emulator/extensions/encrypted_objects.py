"""Objects under a KMS key: whoever writes or reads one needs the key as well, as in S3.

- An upload that asks for ``aws:kms`` without naming a key falls back to the account's ``aws/s3`` key.
- Under a customer's key, a write needs ``kms:GenerateDataKey`` and a read ``kms:Decrypt`` on it, by the caller's
  policies and the key's, with ``kms:ViaService`` set; the key must exist and be enabled.
"""
# ruff: noqa: SLF001 - MiniStack's handlers have no public door

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_evaluator, responses
from ministack.core.router import extract_access_key_id
from ministack.services import s3

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.keys import find_key

SSE = "x-amz-server-side-encryption"
SSE_KEY = "x-amz-server-side-encryption-aws-kms-key-id"

Headers = dict[str, str]
Response = tuple[int, Headers, bytes]

_resolve_write = s3._resolve_sse_write_headers
_get_object = s3._get_object


def install(_config: EmulatorConfig) -> None:
    """Put the checks into S3's writes and reads."""
    s3._resolve_sse_write_headers = resolve_write
    s3._get_object = get_object


def resolve_write(headers: Headers, bucket: str) -> tuple[Headers | None, Response | None]:
    """Return the encryption headers to keep with a new object, or the refusal."""
    if headers.get(SSE) == "aws:kms" and not headers.get(SSE_KEY):
        default = f"arn:aws:kms:{hooks.region()}:{caller_account(headers) or hooks.account()}:alias/aws/s3"
        headers = {**headers, SSE_KEY: default}
    kept, refusal = _resolve_write(headers, bucket)
    if refusal is None and kept:
        refusal = refuse(headers, kept, "kms:GenerateDataKey")
    return (None, refusal) if refusal else (kept, None)


def get_object(bucket: str, key: str, headers: Headers, query: dict[str, Any] | None = None) -> Any:
    """Answer GetObject, unless the caller may not use the object's key."""
    status, answered, body = _get_object(bucket, key, headers, query)
    refusal = refuse(headers, answered, "kms:Decrypt", query)
    return refusal or (status, answered, body)


def refuse(
    headers: Mapping[str, str], encryption: Mapping[str, str], action: str, query: Mapping[str, Any] | None = None
) -> Response | None:
    """Return S3's refusal when the key of an object keeps the caller out, or None.

    ``query`` carries the credentials of a presigned URL.
    """
    lower = {name.lower(): value for name, value in encryption.items()}
    reference = lower.get(SSE_KEY)
    if not reference or reference.endswith("alias/aws/s3"):
        return None
    key = find_key(reference)
    if key is None:
        return _error("KMS.NotFoundException", f"Invalid keyId '{reference}'", 400)
    if key["KeyState"] != "Enabled":
        return _error("KMS.DisabledException", f"{key['Arn']} is {key['KeyState']}.", 400)
    caller = caller_account(headers, query)
    if caller is None:  # one of the emulator's own services
        return None
    region = key["Arn"].split(":")[3]
    with hooks.scope(caller, region):
        denied = iam_evaluator.enforce(
            extract_access_key_id(headers, query),
            action,
            "kms",
            region,
            resource_arn=key["Arn"],
            service_context={"kms:ViaService": f"s3.{region}.amazonaws.com", "kms:CallerAccount": caller},
        )
    if denied is None:
        return None
    who = getattr(denied, "principal_arn", "the caller")
    return _error("AccessDenied", f"User: {who} is not authorized to perform: {action} on resource: {key['Arn']}", 403)


def caller_account(headers: Mapping[str, str], query: Mapping[str, Any] | None = None) -> str | None:
    """Return the account of the access key that signed a request, or None for a request without one."""
    access_key = extract_access_key_id(headers, query)
    if not access_key:
        return None
    session: str | None = responses._account_from_sts_session(access_key)
    return session or str(s3._account_from_access_key(access_key))


def _error(code: str, message: str, status: int) -> Response:
    response: Response = s3._error(code, message, status)
    return response
