"""Permissions that no call to the emulator proves: AWS checks them inside a service."""

from collections.abc import Sequence

from rehearsal.emulator.clients import account_root, client
from rehearsal.emulator.config import EmulatorConfig

ROLE_ACCOUNT = 4


def permits(config: EmulatorConfig, *, role: str, actions: Sequence[str], resource: str, region: str) -> bool:
    """Say whether a role's policies allow one of ``actions`` on ``resource``: IAM's policy simulator decides."""
    root = account_root(role.split(":")[ROLE_ACCOUNT])
    iam = client("iam", endpoint=config.endpoint, region=region, credentials=root)
    answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=list(actions), ResourceArns=[resource])
    return any(each["EvalDecision"] == "allowed" for each in answer["EvaluationResults"])
