"""Permissions that no call to the emulator proves: AWS checks them inside a service."""

from collections.abc import Sequence

from cdk_assembly import account_of
from cdk_rehearsal.access.records import ALLOWED, DENIED, RECORDS
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig


def permits(config: EmulatorConfig, *, role: str, actions: Sequence[str], resource: str, region: str) -> bool:
    """Say whether a role's policies allow one of ``actions`` on ``resource``: IAM's policy simulator decides."""
    root = config.root(account_of(role))
    iam = client("iam", endpoint=config.endpoint, region=region, credentials=root)
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=list(actions), ResourceArns=[resource])
    allowed = [each["EvalActionName"] for each in answer["EvaluationResults"] if each["EvalDecision"] == "allowed"]
    # One of them is enough, so a refusal is noted for one.
    for action in allowed or actions[:1]:
        RECORDS.note(role, action, resource, ALLOWED if allowed else DENIED)
    return bool(allowed)
