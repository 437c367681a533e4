"""The function."""

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from tap_stack.database import Database
from tap_stack.function_code import PACKAGE, function_code
from tap_stack.function_role import FunctionRole
from tap_stack.log_group import log_group
from tap_stack.network import PRIVATE
from tap_stack.settings import StageSettings

RECEIPT_KEY = "tap-function/receipt.json"
"""The one object that the function writes and reads. Named here and handed over, so that the role can name it too."""
LIMIT = Duration.seconds(60)
"""More than all that the function waits for with every attempt, so that it can say itself what did not answer."""


class TapFunction(Construct):
    """Answers, and shows on the way that it reaches its bucket and its database."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        bucket: s3.IBucket,
        database: Database,
        key: kms.IKey,
        settings: StageSettings,
    ) -> None:
        """Build the function, its role and its log group."""
        super().__init__(scope, id_)
        self.log_group = log_group(self, "Log", key=key, settings=settings)
        access = FunctionRole(
            self,
            "Access",
            log_group=self.log_group,
            object_arn=bucket.arn_for_objects(RECEIPT_KEY),
            secret_arn=database.secret.secret_arn,
            key=key,
        )
        with function_code() as code:
            self.function = lambda_.Function(
                self,
                "Handler",
                description="Answers, and shows that it reaches its bucket and its database",
                # The newest that aws-cdk-lib knows, as AwsSolutions-L1 asks.
                runtime=lambda_.Runtime.PYTHON_3_14,
                architecture=lambda_.Architecture.X86_64,
                handler=f"{PACKAGE}.handler.handler",
                code=code,
                environment={
                    "BUCKET_NAME": bucket.bucket_name,
                    "RECEIPT_KEY": RECEIPT_KEY,
                    "DATABASE_HOST": database.instance.db_instance_endpoint_address,
                    "DATABASE_PORT": database.instance.db_instance_endpoint_port,
                    "DATABASE_SECRET_ARN": database.secret.secret_arn,
                },
                environment_encryption=key,
                log_group=self.log_group,
                logging_format=lambda_.LoggingFormat.JSON,
                memory_size=256,
                timeout=LIMIT,
                reserved_concurrent_executions=settings.reserved_concurrency,
                role=access.role,
                vpc=vpc,
                vpc_subnets=PRIVATE,
                security_groups=[security_group],
            )
        # Lambda checks at creation that the role may make network interfaces, and the first call may come at once.
        self.function.node.add_dependency(*access.policies)
