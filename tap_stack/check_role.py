"""The role under which the pipeline looks at what it has deployed."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tap_stack.settings import StageSettings

PIPELINE_ROLES = "TapPipeline-*"
"""The names that CloudFormation gives to the roles of the pipeline stack, which is called TapPipeline."""


class CheckRole(Construct):
    """Invokes the function, reads how database and bucket are set up, and trusts the pipeline's roles alone."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        function: lambda_.IFunction,
        database: rds.IDatabaseInstance,
        bucket: s3.IBucket,
        settings: StageSettings,
    ) -> None:
        """Build the role. Its name is fixed, since the pipeline grants its checks this role by name."""
        super().__init__(scope, id_)
        pipeline_roles = f"arn:{Aws.PARTITION}:iam::{settings.tools_account}:role/{PIPELINE_ROLES}"
        self.role = iam.Role(
            self,
            "Role",
            role_name=settings.check_role_name,
            description="The pipeline's checks after a deployment",
            assumed_by=iam.PrincipalWithConditions(
                iam.AccountPrincipal(settings.tools_account), {"ArnLike": {"aws:PrincipalArn": pipeline_roles}}
            ),
        )
        iam.ManagedPolicy(
            self,
            "Look",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[function.function_arn]),
                iam.PolicyStatement(actions=["rds:DescribeDBInstances"], resources=[database.instance_arn]),
                iam.PolicyStatement(
                    actions=[
                        "s3:GetBucketPublicAccessBlock",
                        "s3:GetBucketVersioning",
                        "s3:GetEncryptionConfiguration",
                    ],
                    resources=[bucket.bucket_arn],
                ),
            ],
        )
