"""Who is told that the pipeline waits for an approval, or that a delivery failed."""

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_codepipeline as codepipeline
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from tap_stack.trust import FOR_THIS_ACCOUNT

FAILED = "CodePipeline Pipeline Execution State Change"
"""The event of an execution's end ("Monitoring CodePipeline events", CodePipeline User Guide). An approval that is
rejected or expires fails its execution."""


class Notifications(Construct):
    """A topic that mails every approver. Each confirms the subscription once, from the mail that SNS sends."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, approvers: Sequence[str]) -> None:
        """Make the topic, encrypted with ``key``, and subscribe the e-mail addresses ``approvers``."""
        super().__init__(scope, id_)
        self._key = key
        self.topic = sns.Topic(self, "Topic", master_key=key, enforce_ssl=True)
        for approver in approvers:
            self.topic.add_subscription(subscriptions.EmailSubscription(approver))

    def tell_of_failures(self, pipeline: codepipeline.IPipeline) -> None:
        """Mail everybody when an execution of ``pipeline`` fails, whether in an action or at an expired approval."""
        detail = {"pipeline": [pipeline.pipeline_name], "state": ["FAILED"]}
        execution = events.EventField.from_path("$.detail.execution-id")
        events.Rule(
            self,
            "Failed",
            description="A delivery failed",
            event_pattern=events.EventPattern(source=["aws.codepipeline"], detail_type=[FAILED], detail=detail),
            targets=[
                targets.SnsTopic(
                    self.topic,
                    authorize_using_role=True,
                    role=self._publisher().without_policy_updates(),
                    message=events.RuleTargetInput.from_text(
                        f"Delivery {execution} of {events.EventField.from_path('$.detail.pipeline')} failed. See the "
                        "pipeline's page and the section 'A deployment failed' of docs/runbook.md."
                    ),
                )
            ],
        )

    def _publisher(self) -> iam.Role:
        """Return the role under which EventBridge publishes.

        As a service it would need a statement in the topic's policy and one in the key's, which can't name the rule
        ("Using resource-based policies", EventBridge User Guide: no conditions in the policy of an SNS topic).
        """
        role = iam.Role(
            self,
            "Publisher",
            assumed_by=iam.ServicePrincipal("events.amazonaws.com", conditions=FOR_THIS_ACCOUNT),
        )
        iam.ManagedPolicy(
            self,
            "Publish",
            roles=[role],
            statements=[
                iam.PolicyStatement(actions=["sns:Publish"], resources=[self.topic.topic_arn]),
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[self._key.key_arn],
                    conditions={"StringEquals": {"kms:ViaService": f"sns.{Aws.REGION}.amazonaws.com"}},
                ),
            ],
        )
        return role
