"""The people who look after a stage: they read, and change nothing."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from compliance.acknowledgements import acknowledge
from compliance.names import PCI
from tap_stack.listing import LISTING

READ_LOGS = ("logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents", "logs:StartQuery")
READ_BUCKET = (
    "s3:GetBucketLogging",
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
    "s3:GetLifecycleConfiguration",
)
READ_STACK = (
    "cloudformation:DescribeStackEvents",
    "cloudformation:DescribeStackResources",
    "cloudformation:DescribeStacks",
)
# Actions that have no resource types (Service Authorization Reference: Amazon CloudWatch, Amazon CloudWatch Logs).
READ_FIGURES = (
    "cloudwatch:GetMetricData",
    "cloudwatch:GetMetricStatistics",
    "cloudwatch:ListMetrics",
    "logs:GetQueryResults",
    "logs:StopQuery",
)


class Operators(Construct):
    """A group that reads how this stage's parts are set up, their logs and their figures, signed in with MFA.

    It reads no data: no object of the bucket, no row of the database, no secret.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        bucket: s3.IBucket,
        database: rds.IDatabaseInstance,
        function: lambda_.IFunction,
        distribution: cloudfront.IDistribution,
        web_acl: waf.CfnWebACL,
        log_groups: Sequence[logs.ILogGroup],
    ) -> None:
        """Build the group and its policies."""
        super().__init__(scope, id_)
        self.group = iam.Group(self, "Group")
        acknowledge(
            self.group,
            finding=f"{PCI}-IAMGroupHasUsers",
            reason="People join and leave without a deployment: whoever administers identities adds them to this group "
            "(AddUserToGroup, IAM API Reference), and the repository names no person. Until then the group grants "
            "nothing to anybody.",
        )
        iam.ManagedPolicy(
            self,
            "Setup",
            groups=[self.group],
            statements=[
                _may(READ_STACK, Stack.of(self).stack_id),
                _may(READ_LOGS, *(group.log_group_arn for group in log_groups)),
                _may(READ_BUCKET, bucket.bucket_arn),
                _may(["rds:DescribeDBInstances", "rds:DescribeDBLogFiles"], database.instance_arn),
                _may(["lambda:GetFunctionConcurrency", "lambda:GetFunctionConfiguration"], function.function_arn),
                _may(["cloudfront:GetDistribution"], distribution.distribution_arn),
                _may(["wafv2:GetWebACL"], web_acl.attr_arn),
            ],
        )
        figures = iam.ManagedPolicy(self, "Figures", groups=[self.group], statements=[_may(READ_FIGURES, "*")])
        acknowledge(
            figures,
            finding="AwsSolutions-IAM5[Resource::*]",
            reason=LISTING,
        )


def _may(actions: Sequence[str], *resources: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=list(actions),
        resources=list(resources),
        conditions={"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    )
