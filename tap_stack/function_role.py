"""What the function may do."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from compliance.acknowledgements import acknowledge
from tap_stack.trust import FOR_THIS_ACCOUNT

# AWSLambdaVPCAccessExecutionRole without its log permissions.
NETWORK_INTERFACES = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)


class FunctionRole(Construct):
    """The execution role: its own log group, one object, one secret, the key for both, and interfaces in the VPC."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        log_group: logs.ILogGroup,
        object_arn: str,
        secret_arn: str,
        key: kms.IKey,
    ) -> None:
        """Build the role.

        ``object_arn`` is the one object that the function reads and writes, ``secret_arn`` the one secret that it
        reads. Both are encrypted with ``key``.
        """
        super().__init__(scope, id_)
        self.role = iam.Role(
            self,
            "Role",
            description="Execution role of the TAP function",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com", conditions=FOR_THIS_ACCOUNT),
        )
        self.policies = (
            self._data(log_group=log_group, object_arn=object_arn, key=key),
            self._credentials(secret_arn=secret_arn, key=key),
            self._network_interfaces(),
        )

    def _data(self, *, log_group: logs.ILogGroup, object_arn: str, key: kms.IKey) -> iam.ManagedPolicy:
        return iam.ManagedPolicy(
            self,
            "Data",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(
                    actions=["logs:CreateLogStream", "logs:PutLogEvents"], resources=[log_group.log_group_arn]
                ),
                iam.PolicyStatement(actions=["s3:GetObjectVersion", "s3:PutObject"], resources=[object_arn]),
                iam.PolicyStatement(
                    actions=["kms:Decrypt", "kms:GenerateDataKey"],
                    resources=[key.key_arn],
                    conditions={"StringEquals": {"kms:ViaService": f"s3.{Aws.REGION}.amazonaws.com"}},
                ),
            ],
        )

    def _credentials(self, *, secret_arn: str, key: kms.IKey) -> iam.ManagedPolicy:
        """As "Authentication and access control for AWS Secrets Manager" of its User Guide has it."""
        return iam.ManagedPolicy(
            self,
            "Credentials",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[secret_arn]),
                iam.PolicyStatement(
                    actions=["kms:Decrypt"],
                    resources=[key.key_arn],
                    conditions={
                        "StringEquals": {
                            "kms:ViaService": f"secretsmanager.{Aws.REGION}.amazonaws.com",
                            "kms:EncryptionContext:SecretARN": secret_arn,
                        }
                    },
                ),
            ],
        )

    def _network_interfaces(self) -> iam.ManagedPolicy:
        policy = iam.ManagedPolicy(
            self,
            "NetworkInterfaces",
            roles=[self.role],
            statements=[
                iam.PolicyStatement(actions=list(NETWORK_INTERFACES), resources=["*"]),
                # Lambda needs them, the function's code does not.
                iam.PolicyStatement(
                    effect=iam.Effect.DENY,
                    actions=list(NETWORK_INTERFACES),
                    resources=["*"],
                    conditions={"ArnLike": {"lambda:SourceFunctionArn": _functions(self)}},
                ),
            ],
        )
        acknowledge(
            policy,
            finding="AwsSolutions-IAM5[Resource::*]",
            reason="'Giving Lambda functions access to resources in an Amazon VPC' (Lambda Developer Guide) asks for "
            "these actions on every resource: Lambda makes the interfaces itself, their ids are unknown before, and "
            "the Describe actions of EC2 have no resource types. A second statement denies them to the function's own "
            "code, as the same page advises.",
        )
        return policy


def _functions(scope: Construct) -> str:
    return Stack.of(scope).format_arn(
        service="lambda", resource="function", resource_name="*", arn_format=ArnFormat.COLON_RESOURCE_NAME
    )
