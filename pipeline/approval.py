"""The approval that a stage waits for."""

from aws_cdk import aws_sns as sns
from aws_cdk import pipelines


def approval(*, stage: str, topic: sns.ITopic) -> pipelines.ManualApprovalStep:
    """Return the step that asks, by mail through ``topic``, whether ``stage`` may be deployed."""
    return pipelines.ManualApprovalStep(
        "Approve",
        comment=f"May this revision be deployed to {stage}? The stages before it are deployed and checked.",
        notification_topic=topic,
    )
