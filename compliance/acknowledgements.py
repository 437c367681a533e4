"""Exceptions to rules, each beside the resource that it is for."""

from collections.abc import Iterable

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

from compliance.names import OWN, PACKS


def acknowledge(construct: IConstruct, *, finding: str | Iterable[str], reason: str) -> None:
    """Accept a finding on ``construct`` and what lies below it, or the same finding of several packs.

    ``finding`` is the rule with its granular part, for instance ``AwsSolutions-IAM5[Action::s3:List*]``; ``reason`` is
    the evidence. The synth fails when the finding is not there, and when the reason has no substance
    (:mod:`compliance.exceptions`).
    """
    findings = (finding,) if isinstance(finding, str) else tuple(finding)
    rules = [Acknowledgment(id=_qualified(each), reason=reason) for each in findings]
    Validations.of(construct).acknowledge(*rules)


def _qualified(finding: str) -> str:
    """Put the pack before the id: a bare id makes the finding vanish from the report instead of listing it."""
    pack = next((name for name in (*PACKS, OWN) if finding.startswith(f"{name}-")), None)
    if pack is None:
        raise ValueError(
            f"finding {finding!r} belongs to no rule pack; allowed: {', '.join((*PACKS, OWN))}, then -<rule>"
        )
    return f"{pack}::{finding}"
