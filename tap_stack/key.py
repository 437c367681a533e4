"""The key that everything at rest is encrypted with."""

from aws_cdk import Annotations, Aws, Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from tap_stack.settings import StageSettings

# What "Allows key administrators to administer the KMS key" stands for (KMS Developer Guide, "Default key policy"),
# without its wildcards. Nothing here reads or writes data.
ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
USE = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
# Services that act for the caller, named as kms:ViaService names them; EBS acts as ec2.
SERVICES = ("ec2", "lambda", "rds", "s3", "secretsmanager", "sns", "sqs")


class EncryptionKey(Construct):
    """A customer-managed key whose policy lets it be used through the services that need it, and in no other way."""

    def __init__(self, scope: Construct, id_: str, *, settings: StageSettings) -> None:
        """Build the key. CloudFront's statement is added by the origin that reads through it."""
        super().__init__(scope, id_)
        self._settings = settings
        self.key = kms.Key(
            self,
            "Key",
            description="KMS key for TAP financial services app",
            enable_key_rotation=True,
            pending_window=Duration.days(settings.key_pending_window_days),
            removal_policy=settings.removal_policy,
            policy=iam.PolicyDocument(
                statements=[self._administration(), self._use(), self._grants(), self._cloudwatch_logs()]
            ),
        )
        Annotations.of(self).acknowledge_warning(
            "@aws-cdk/aws-cloudfront-origins:wildcardKeyPolicyForOac",
            "The key would depend on the distribution, the distribution on its bucket and the bucket on the key; the "
            "statement is held to distributions of this account.",
        )

    def _administration(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="AccountAdministersTheKey",
            principals=[iam.AccountRootPrincipal()],
            actions=list(ADMINISTRATION),
            resources=["*"],
        )

    def _use(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="AccountUsesTheKeyThroughServices",
            principals=[iam.AccountRootPrincipal()],
            actions=list(USE),
            resources=["*"],
            conditions={"StringEquals": self._through_services()},
        )

    def _grants(self) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="ServicesHoldGrants",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={
                "StringEquals": self._through_services(),
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        )

    def _through_services(self) -> dict[str, object]:
        region = self._settings.region
        return {
            "kms:CallerAccount": Aws.ACCOUNT_ID,
            "kms:ViaService": [f"{service}.{region}.amazonaws.com" for service in SERVICES],
        }

    def _cloudwatch_logs(self) -> iam.PolicyStatement:
        """As "Encrypt log data in CloudWatch Logs using AWS KMS" of the CloudWatch Logs User Guide has it."""
        region = self._settings.region
        log_groups = f"arn:{Aws.PARTITION}:logs:{region}:{Aws.ACCOUNT_ID}:log-group:*"
        return iam.PolicyStatement(
            sid="CloudWatchLogsOfThisAccountAndRegion",
            principals=[iam.ServicePrincipal(f"logs.{region}.amazonaws.com")],
            actions=[*USE, "kms:DescribeKey"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        )
