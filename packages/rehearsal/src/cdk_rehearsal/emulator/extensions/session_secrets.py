"""Secrets that MiniStack fixes or derives from names, replaced by secrets of this rehearsal.

MiniStack knows one secret key for the root of every account, and derives the credentials of a function from the ARNs
of the function and its role, which anyone can guess.
"""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime, rds_iam, responses
from ministack.services import lambda_svc, s3, sts

from cdk_assembly import account_of
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.signatures import SignatureError

ROOT_KEY = re.compile(r"\d{12}", re.ASCII)
UNKNOWN = "UnrecognizedClientException", "The security token included in the request is invalid."

_resolve = iam_evaluator.resolve_credential


def install(config: EmulatorConfig) -> None:
    """Replace both wherever MiniStack verifies or hands out credentials."""
    for module in (iam_evaluator, rds_iam, s3):
        module.resolve_credential = partial(resolve, config)
    for module in (lambda_runtime, lambda_svc):
        module.execution_credentials = partial(execution_credentials, config)


def resolve(config: EmulatorConfig, access_key: str, *arguments: Any, **named: Any) -> Any:
    """Resolve a key as MiniStack does, with this rehearsal's secret key of an account's root."""
    found = _resolve(access_key, *arguments, **named)
    if ROOT_KEY.fullmatch(access_key) and isinstance(found, iam_evaluator.ResolvedCredential):
        return replace(found, secret_access_key=config.root(access_key)["SecretAccessKey"])
    return found


def find_secret(access_key: str, token: str) -> str:
    """Return the secret key of an account's root, of a user, or of a session with its ``token``.

    Raises :class:`SignatureError` for a key that is unknown, inactive or expired, and for another token.
    """
    account = _account(access_key)
    found = iam_evaluator.resolve_credential(access_key, account, token) if account else None
    if isinstance(found, iam_evaluator.ResolvedCredential):
        return str(found.secret_access_key)
    if found is None or (found.code == "InvalidToken" and not token):
        raise SignatureError(*UNKNOWN)
    raise SignatureError(found.code, found.message)


def _account(access_key: str) -> str | None:
    if ROOT_KEY.fullmatch(access_key):
        return access_key
    try:
        found = responses._account_from_sts_session(access_key) or iam_evaluator.find_iam_access_key_account(access_key)
    except iam_evaluator.AmbiguousAccessKeyError:
        return None
    return str(found) if found else None


def execution_credentials(config: EmulatorConfig, function: Mapping[str, Any]) -> dict[str, str]:
    """Return credentials under which a function runs as its role; the same for the rest of the rehearsal."""
    arn, role = function["FunctionArn"], function["Role"]

    def derived(purpose: str) -> str:
        return hmac.new(config.secret.encode(), f"{purpose}/{arn}/{role}".encode(), "sha256").hexdigest()

    account, name = account_of(arn), role.rsplit("/", 1)[-1]
    session = function.get("FunctionName", "function")[:64]
    key = f"ASIA{derived('function-key')[:16].upper()}"
    credentials = {
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": derived("function-secret"),
        "AWS_SESSION_TOKEN": derived("function-token"),
    }
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "UserId": f"{name}:{session}",
            "SecretAccessKey": credentials["AWS_SECRET_ACCESS_KEY"],
            "SessionToken": credentials["AWS_SESSION_TOKEN"],
        },
    )
    return credentials
