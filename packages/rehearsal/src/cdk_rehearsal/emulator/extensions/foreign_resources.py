"""Buckets and keys of another account: their own policies decide, for the role that asks.

MiniStack looks for a bucket's or key's policy in the caller's account alone, and reads a foreign bucket's policy for
the caller's account root. A pipeline whose artifacts live in one account and whose deployments in another needs both
right: the identity's policies and the resource's must allow it.
"""
# ruff: noqa: SLF001 - MiniStack's lookups have no public door

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import kms, s3

from cdk_assembly import account_of
from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.keys import find_key

S3_ARN = "arn:aws:s3:::"

_bucket_policy_for_arn = s3.bucket_policy_for_arn
_foreign_bucket_allows = s3._foreign_bucket_allows


def install(_config: EmulatorConfig) -> None:
    """Replace the three lookups."""
    s3.bucket_policy_for_arn = bucket_policy
    s3._foreign_bucket_allows = foreign_bucket_allows
    kms.key_policy_for_arn = key_policy


def bucket_policy(resource_arn: str) -> tuple[str, str] | None:
    """Return the policy and the owner of the bucket that an ARN names, whoever owns it."""
    if resource_arn.startswith(S3_ARN):
        bucket = resource_arn.removeprefix(S3_ARN).split("/", 1)[0]
        owner = s3._bucket_owner_account(bucket)
        if owner:
            return s3._bucket_policies.get_scoped(owner, None, bucket) or "", owner
    found: tuple[str, str] | None = _bucket_policy_for_arn(resource_arn)
    return found


def key_policy(resource_arn: str) -> tuple[str, str] | None:
    """Return the policy and the owner of the key that an ARN names, whoever owns it."""
    key = find_key(resource_arn)
    return (key["Policy"], account_of(key["Arn"])) if key else None


def foreign_bucket_allows(
    owner: str, bucket: str, key: str, method: str, query: dict[str, Any], caller: str, headers: Any = None
) -> bool:
    """Whether another account's bucket lets the caller in: by what MiniStack sees, or by the caller's own role."""
    if _foreign_bucket_allows(owner, bucket, key, method, query, caller, headers):
        return True
    policy = s3._bucket_policies.get_scoped(owner, None, bucket)
    principal = iam_evaluator.caller_arn()
    if not (caller and policy) or principal.endswith(":root"):
        return False
    path = f"/{bucket}/{key}" if key else f"/{bucket}"
    context = _context(principal, caller, path, method, query, headers or {})
    return bool(iam_evaluator.evaluate_resource_policy(policy, context).decision == "Allow")


def _context(
    principal: str, caller: str, path: str, method: str, query: dict[str, Any], headers: Mapping[str, str]
) -> Any:
    action = f"s3:{iam_actions._s3_action(method, path, query)}"
    conditions = iam_actions.s3_service_context(action, query, path, headers)
    return iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole" if ":assumed-role/" in principal else "User",
        principal_account=caller,
        action=action,
        resource_arn=S3_ARN + path[1:],
        region=hooks.region(),
        service_context={name.lower(): value for name, value in conditions.items()},
    )
