"""What MiniStack makes of a request: for whom it acts, what it serves without credentials, and how it refuses."""
# ruff: noqa: SLF001 - MiniStack's router has no public door

import uuid
from typing import Any

import ministack.app
from ministack.core import iam_actions, iam_evaluator, router
from ministack.services import s3

from cdk_rehearsal.emulator.requests import SIGNALS
from cdk_rehearsal.emulator.signatures import Request, SignatureError
from cdk_rehearsal.emulator.wiring.endpoints import enters_open_endpoint

READS = frozenset({"GET", "HEAD"})
OBJECT_PARAMETERS = frozenset({"versionId", "partNumber"})
# Paths that MiniStack gives to another service before S3 sees them.
NOT_BUCKETS = frozenset({"iceberg", "v2", "v20180820", "restapis", "key-value-stores"})
# Signing in to a user pool. STS with a web identity or SAML, and identity pools, are not among them: MiniStack
# verifies no such token, so that anyone could take the roles that trust one.
UNSIGNED_SERVICES = frozenset({"cognito-idp"})
SIGN_IN_PAGES = frozenset(
    {f"/oauth2/{name}" for name in ("authorize", "token", "userInfo", "userinfo", "login")} | {"/login", "/logout"}
)

Response = tuple[int, dict[str, Any], bytes]


def acts_for(request: Request, path: str, key: str) -> bool:
    """Whether MiniStack acts for ``key`` and no other, and lets S3 alone see a URL of version 2.

    Such a URL signs few of its parameters, so that whoever has one could add those of another service.
    """
    if router.extract_access_key_id(dict(request.headers), request.query) != key:
        return False
    return "AWSAccessKeyId" not in request.query or _meant(request, path)[0] == "s3"


def serves_unsigned(request: Request, path: str) -> bool:
    """Whether AWS serves a request without credentials; what answers it may still refuse."""
    host = request.headers.get("host", "")
    if router.extract_access_key_id(dict(request.headers), request.query):
        return False  # MiniStack would act for a key that nobody verified
    if path.startswith(SIGNALS) or _is_sign_in_page(request, path) or _is_key_document(request, path):
        return True
    if enters_open_endpoint(request.method, host, path):
        return True
    return _is_public_object(request, path) or _is_sign_in(request, path)


def _is_sign_in_page(request: Request, path: str) -> bool:
    return path in SIGN_IN_PAGES and request.method in ("GET", "POST")


def _is_key_document(request: Request, path: str) -> bool:
    document = path.endswith(("/.well-known/jwks.json", "/.well-known/openid-configuration"))
    return request.method == "GET" and document and path.count("/") == 3  # noqa: PLR2004 - /pool/.well-known/name


def _is_public_object(request: Request, path: str) -> bool:
    bucket, _, key = path.lstrip("/").partition("/")
    plain = (
        request.method in READS and request.query.keys() <= OBJECT_PARAMETERS and "x-amz-target" not in request.headers
    )
    named = plain and bool(key) and bucket not in NOT_BUCKETS and _meant(request, path)[0] == "s3"
    return named and s3._bucket_owner_account(bucket) is not None


def _is_sign_in(request: Request, path: str) -> bool:
    if request.method != "POST" or path != "/":
        return False
    service, action = _meant(request, path)
    return service in UNSIGNED_SERVICES and action.partition(":")[2] in iam_actions.unsigned_operations(service)


def _meant(request: Request, path: str) -> tuple[str, str]:
    headers, query = dict(request.headers), request.query
    given = ministack.app._routing_params(request.method, path, headers, request.body, query)
    service = str(router.detect_service(request.method, path, headers, given))
    return service, iam_actions.extract_iam_action(service, request.method, path, headers, request.body, query) or ""


def refuse(request: Request, path: str, error: SignatureError) -> Response:
    """Return the answer to a request that is refused, in the protocol of the service that was asked."""
    service, action = _meant(request, path)
    failure = iam_evaluator.AuthError(error.code, error.message)
    refused: Response = ministack.app._credential_failure(
        service, action, str(uuid.uuid4()), failure, dict(request.headers)
    )
    return refused
