"""Where the builds log."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class BuildLogs(Construct):
    """One log group for all builds: encrypted, kept for a quarter as the artifacts are."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey) -> None:
        """Make the log group, encrypted with ``key``."""
        super().__init__(scope, id_)
        self.group = logs.LogGroup(
            self,
            "Group",
            encryption_key=key,
            retention=logs.RetentionDays.THREE_MONTHS,
            deletion_protection_enabled=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.options = codebuild.LoggingOptions(cloud_watch=codebuild.CloudWatchLoggingOptions(log_group=self.group))
