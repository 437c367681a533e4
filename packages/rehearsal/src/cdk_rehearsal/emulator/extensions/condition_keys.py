"""IAM condition keys that MiniStack leaves empty or answers wrongly."""
# ruff: noqa: SLF001 - MiniStack's evaluator has no public door

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, s3

from cdk_assembly import account_of
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.sessions import find_role

S3_ARN = "arn:aws:s3:::"

_resolve = iam_evaluator._resolve_condition_key


def install(_config: EmulatorConfig) -> None:
    """Answer the keys below; all others stay with MiniStack."""
    iam_evaluator._resolve_condition_key = resolve


def resolve(key: str, context: Any) -> Any:
    """Return the value of a condition key, or None.

    - ``aws:PrincipalArn`` of a session is its role's ARN, not the session's.
    - ``iam:ResourceTag/…`` and ``aws:ResourceTag/…`` of a role are its tags. CDK's self-mutation may assume only roles
      that carry a bootstrap tag.
    - ``aws:ResourceAccount`` and ``s3:ResourceAccount`` of a bucket are its owner; its ARN names none.
    """
    name = key.lower()
    resource = context.resource_arn or ""
    if name == "aws:principalarn" and context.principal_type == "AssumedRole":
        return role_of_session(context.principal_arn)
    if name.startswith(("iam:resourcetag/", "aws:resourcetag/")) and ":role/" in resource:
        tags = (find_role(resource) or {}).get("Tags", [])
        return next((tag["Value"] for tag in tags if tag["Key"].lower() == name.split("/", 1)[1]), None)
    if name in ("aws:resourceaccount", "s3:resourceaccount") and resource.startswith(S3_ARN):
        owner = s3._bucket_owner_account(resource.removeprefix(S3_ARN).split("/", 1)[0])
        if owner:
            return owner
    return _resolve(key, context)


def role_of_session(session_arn: str) -> str:
    """Return the ARN of the role that ``arn:aws:sts::<account>:assumed-role/<name>/<session>`` assumed."""
    account, name = account_of(session_arn), session_arn.split("/")[1]
    role = iam._roles.get_scoped(account, None, name)  # a session's ARN lacks the role's path
    return str(role["Arn"]) if role else f"arn:aws:iam::{account}:role/{name}"
