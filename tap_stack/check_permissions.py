"""What the pipeline's checks may look at."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from compliance.acknowledgements import acknowledge
from tap_stack.database import Database
from tap_stack.edge import Edge
from tap_stack.listing import LISTING

BUCKET = (
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketVersioning",
    "s3:GetEncryptionConfiguration",
)
STACK = ("cloudformation:DescribeStacks", "cloudformation:GetTemplate", "cloudformation:ListStackResources")
LISTS = (
    "ec2:DescribeFlowLogs",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "logs:DescribeLogGroups",
)


class CheckPermissions(Construct):
    """Invoke the function and read how this stage's parts are set up: no object, no row, no secret, no change."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        role: iam.IRole,
        function: lambda_.IFunction,
        database: Database,
        bucket: s3.IBucket,
        edge: Edge,
    ) -> None:
        """Give them to ``role``."""
        super().__init__(scope, id_)
        key = cast(kms.IKey, bucket.encryption_key)  # everything in the stage is under one key
        iam.ManagedPolicy(
            self,
            "Parts",
            roles=[role],
            statements=[
                _may(STACK, Stack.of(self).stack_id),
                _may(["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"], function.function_arn),
                _may(["rds:DescribeDBInstances"], database.instance.instance_arn),
                _may(["secretsmanager:DescribeSecret"], database.secret.secret_arn),
                _may(BUCKET, bucket.bucket_arn),
                _may(["kms:DescribeKey", "kms:GetKeyRotationStatus"], key.key_arn),
                _may(["cloudfront:GetDistribution"], edge.distribution.distribution_arn),
                _may(["wafv2:GetWebACL"], edge.web_acl.acl.attr_arn),
            ],
        )
        lists = iam.ManagedPolicy(self, "Lists", roles=[role], statements=[_may(LISTS, "*")])
        acknowledge(
            lists,
            finding="AwsSolutions-IAM5[Resource::*]",
            reason=LISTING,
        )


def _may(actions: Sequence[str], resource: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=list(actions), resources=[resource])
