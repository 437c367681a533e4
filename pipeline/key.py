"""The delivery's own key."""

from aws_cdk import Aws, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct


class DeliveryKey(Construct):
    """The key of artifacts, build logs and approval messages; rotated every year.

    It outlives the stack, since the artifacts in the retained bucket cannot be read without it.
    """

    def __init__(self, scope: Construct, id_: str) -> None:
        """Make the key and let this region's CloudWatch Logs use it for this account's log groups."""
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Key",
            description="Delivery: artifacts, build logs, approval messages",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        # The condition is the one that CloudWatch Logs documents for keys of log groups ("Encrypt log data").
        log_groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")],
                actions=["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
                resources=["*"],
                conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
            )
        )
