"""Templates in another account's bucket: a cross-account deployment hands CloudFormation one in the pipeline's bucket.

MiniStack looks for the object of a ``TemplateURL`` in the caller's account alone. Bodies above 51,200 bytes can only
be submitted by URL, so without this no large stack could be deployed into another account.
"""
# ruff: noqa: SLF001 - MiniStack's lookups have no public door

from typing import Any
from urllib.parse import urlparse

from ministack.services import s3
from ministack.services.cloudformation import helpers

from cdk_rehearsal.emulator.hooks import account, region, scope

_resolve_document = helpers._resolve_document


def install() -> None:
    """Replace the lookup."""
    helpers._resolve_document = resolve_document


def resolve_document(params: Any, body_key: str, url_key: str, label: str) -> Any:
    """Return what MiniStack returns, read as the bucket's owner when its policy lets the caller in."""
    bucket, _, key = urlparse(helpers._p(params, url_key)).path.lstrip("/").partition("/")
    owner = s3._bucket_owner_account(bucket) if bucket else None
    caller = account()
    if owner in {None, caller}:
        return _resolve_document(params, body_key, url_key, label)
    if not s3._foreign_bucket_allows(owner, bucket, key, "GET", {}, caller):
        return None, helpers._error("ValidationError", f"S3 error: Access Denied ({url_key} s3://{bucket}/{key})")
    with scope(str(owner), region()):
        return _resolve_document(params, body_key, url_key, label)
