"""What the operating system under the database reports."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from tap_stack.log_group import log_group
from tap_stack.settings import StageSettings

LOG_GROUP = "RDSOSMetrics"
"""The one log group that RDS writes to for all instances of an account and region ("Enhanced Monitoring", RDS User
Guide)."""


class EnhancedMonitoring(Construct):
    """The log group, made before RDS would make it without key and retention, and the role that writes to it."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, settings: StageSettings) -> None:
        """Build both. Only one stack of an account and region can have the group."""
        super().__init__(scope, id_)
        self.log_group = log_group(self, "Log", key=key, settings=settings, name=LOG_GROUP)
        database = f"arn:{Aws.PARTITION}:rds:{Aws.REGION}:{Aws.ACCOUNT_ID}:db:{settings.stack_name}"
        self.role = iam.Role(
            self,
            "Role",
            description="RDS reports the operating system of this stage's database",
            # As "Preventing the cross-service confused deputy problem" of the RDS User Guide has it.
            assumed_by=iam.ServicePrincipal(
                "monitoring.rds.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnEquals": {"aws:SourceArn": database},
                },
            ),
        )
        # AmazonRDSEnhancedMonitoringRole, held to one group, without the right to change how long it keeps its events.
        iam.ManagedPolicy(
            self,
            "Write",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(
                    actions=[
                        "logs:CreateLogGroup",
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:GetLogEvents",
                        "logs:PutLogEvents",
                    ],
                    resources=[self.log_group.log_group_arn],
                )
            ],
        )
