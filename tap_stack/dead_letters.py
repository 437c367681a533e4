"""What becomes of an event that the function could not handle."""

from typing import cast

from aws_cdk import Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from tap_stack.settings import StageSettings

KEPT = Duration.days(14)
"""The longest that SQS keeps a message: time to find out why the function failed."""


class DeadLetters(Construct):
    """An encrypted queue that takes asynchronous events after the function has failed them three times.

    Lambda sends them under the function's own role, and asks at the function's creation whether it may ("Capturing
    records of Lambda asynchronous invocations", Lambda Developer Guide).
    """

    def __init__(
        self, scope: Construct, id_: str, *, function: lambda_.Function, key: kms.IKey, settings: StageSettings
    ) -> None:
        """Build the queue and hand ``function`` to it."""
        super().__init__(scope, id_)
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            retention_period=KEPT,
            removal_policy=settings.removal_once_created,
        )
        # A queue that outlives the stack keeps its policy: without it plain HTTP would be answered.
        cast(sqs.QueuePolicy, self.queue.node.find_child("Policy")).apply_removal_policy(settings.removal_once_created)
        policy = iam.ManagedPolicy(
            self,
            "Send",
            roles=[cast(iam.IRole, function.role)],
            statements=[
                iam.PolicyStatement(actions=["sqs:SendMessage"], resources=[self.queue.queue_arn]),
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[key.key_arn],
                    conditions={"StringEquals": {"kms:ViaService": f"sqs.{Aws.REGION}.amazonaws.com"}},
                ),
            ],
        )
        resource = cast(lambda_.CfnFunction, function.node.default_child)
        resource.dead_letter_config = lambda_.CfnFunction.DeadLetterConfigProperty(target_arn=self.queue.queue_arn)
        function.node.add_dependency(policy)
