"""Sessions of service roles: what AWS does when a service acts for a customer."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

import json
import secrets
import time
import uuid
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam, sts

from cdk_assembly import account_of
from cdk_rehearsal.emulator.contracts import Credentials, ServiceError
from cdk_rehearsal.emulator.wiring.scope import account, region

SESSION_SECONDS = 12 * 3600


def assume_service_role(
    role_arn: str, service: str, session_name: str, *, source_arn: str = "", policy: str = ""
) -> Credentials:
    """Return credentials under which ``service`` acts as ``role_arn``.

    The role's trust policy must let the service principal (such as ``codebuild.amazonaws.com``) in; conditions on
    ``aws:SourceAccount`` and ``aws:SourceArn`` see the current account and ``source_arn``. Every call with these
    credentials is then enforced under the role, and within ``policy``, a session policy, if one is given. They last
    twelve hours.

    Raises:
        ServiceError: AccessDenied, when the role does not exist or does not trust the service.
    """
    role = find_role(role_arn)
    if role is None or not trusts(role_arn, service, source_arn=source_arn):
        raise ServiceError("AccessDenied", f"{service} is not authorized to perform: sts:AssumeRole on {role_arn}", 403)
    role_account, name = account_of(role_arn), role["RoleName"]
    key = "ASIA" + uuid.uuid4().hex[:16].upper()
    credentials = Credentials(
        AccessKeyId=key, SecretAccessKey=secrets.token_urlsafe(30), SessionToken=secrets.token_urlsafe(96)
    )
    sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{role_account}:assumed-role/{name}/{session_name[:64]}",
            "UserId": f"{role['RoleId']}:{session_name[:64]}",
            "SecretAccessKey": credentials["SecretAccessKey"],
            "SessionToken": credentials["SessionToken"],
            "Expiration": time.time() + SESSION_SECONDS,
            "AccountId": role_account,
            "PrincipalType": "AssumedRole",
            "SessionPolicies": {"Policy": policy, "PolicyArns": []} if policy else None,
        },
    )
    return credentials


def find_role(role_arn: str) -> dict[str, Any] | None:
    """Return the record of a role, in whichever account its ARN names."""
    name = role_arn.rsplit("/", 1)[-1]
    role: dict[str, Any] | None = iam._roles.get_scoped(account_of(role_arn), None, name)
    return role if role and role["Arn"] == role_arn else None


def trusts(role_arn: str, service: str, *, source_arn: str = "") -> bool:
    """Whether a role exists and its trust policy lets a service principal assume it."""
    role = find_role(role_arn)
    if role is None:
        return False
    document = role["AssumeRolePolicyDocument"]
    policy = json.loads(document) if isinstance(document, str) else document
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    about = [s for s in statements if iam_evaluator._service_principal_matches(s.get("Principal"), service)]
    context = iam_evaluator.EvalContext(
        principal_arn=service,
        principal_type="Service",
        principal_account=account(),
        action="sts:AssumeRole",
        resource_arn=role_arn,
        region=region(),
        service_context={"aws:sourceaccount": account(), **({"aws:sourcearn": source_arn} if source_arn else {})},
    )
    parsed = iam_evaluator.parse_policy_document({"Statement": about})
    return bool(iam_evaluator.evaluate(context, [parsed]).decision == "Allow")
