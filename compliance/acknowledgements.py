"""Exceptions to rules, each beside the resource that it is for."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

from compliance.names import PACK


def acknowledge(construct: IConstruct, *, finding: str, reason: str) -> None:
    """Accept one finding on ``construct`` and what lies below it.

    ``finding`` is the rule with its granular part, for instance ``AwsSolutions-IAM5[Action::s3:List*]``; ``reason`` is
    the evidence. The id is qualified with its pack, since a bare id makes the finding vanish from the report
    instead of listing it with its reason.
    """
    qualified = Acknowledgment(id=f"{PACK}::{finding}", reason=reason)
    Validations.of(construct).acknowledge(qualified)
