"""Role trust: only the service that a trust policy names may use that statement, an account's root may not."""
# ruff: noqa: SLF001 - MiniStack's evaluator has no public door

from typing import Any

from ministack.core import iam_evaluator

from cdk_rehearsal.emulator.config import EmulatorConfig

_matches = iam_evaluator._principal_matches


def install(_config: EmulatorConfig) -> None:
    """Close the way by which MiniStack lets root assume every service's role."""
    iam_evaluator._principal_matches = matches


def matches(principal: Any, caller_arn: str) -> bool:
    """Whether a policy's principal names an IAM caller; service principals are nobody's but the service's."""
    if isinstance(principal, dict):
        principal = {kind: names for kind, names in principal.items() if kind != "Service"}
    return bool(_matches(principal, caller_arn))
