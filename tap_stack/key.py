"""The key that everything at rest is encrypted with."""

from collections.abc import Sequence

from aws_cdk import Annotations, Aws, Duration, Stack
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
# Who creates a vault needs CreateGrant, GenerateDataKey, Decrypt, RetireGrant, and DescribeKey through AWS Backup
# ("Create a backup vault", AWS Backup Developer Guide; the create handler of AWS::Backup::BackupVault). KMS decides on
# RetireGrant by the grant and IAM policies; it is in the key's policy as well because the guide asks for it.
BACKUP = "backup"


def services_of(settings: StageSettings) -> Sequence[str]:
    """Return the services through which a stage uses its key, as ``kms:ViaService`` names them."""
    return (BACKUP, *SERVICES) if settings.monthly_backup_days else SERVICES


class EncryptionKey(Construct):
    """A customer-managed key whose policy lets it be used through the services that need it, and in no other way."""

    def __init__(self, scope: Construct, id_: str, *, settings: StageSettings, services: Sequence[str]) -> None:
        """Build the key, for use through ``services`` besides CloudWatch Logs.

        CloudFront's statement is added by the origin that reads through it.
        """
        super().__init__(scope, id_)
        self._region = Stack.of(self).region
        through_services = [self._use(services), self._grants(services)] if services else []
        self.key = kms.Key(
            self,
            "Key",
            description="KMS key for TAP financial services app",
            enable_key_rotation=True,
            pending_window=Duration.days(settings.key_pending_window_days),
            removal_policy=settings.removal_policy,
            policy=iam.PolicyDocument(statements=[self._administration(), *through_services, self._cloudwatch_logs()]),
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

    def _use(self, services: Sequence[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="AccountUsesTheKeyThroughServices",
            principals=[iam.AccountRootPrincipal()],
            actions=[*USE, "kms:RetireGrant"] if BACKUP in services else list(USE),
            resources=["*"],
            conditions={"StringEquals": self._through(services)},
        )

    def _grants(self, services: Sequence[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid="ServicesHoldGrants",
            principals=[iam.AccountRootPrincipal()],
            actions=["kms:CreateGrant"],
            resources=["*"],
            conditions={
                "StringEquals": self._through(services),
                "Bool": {"kms:GrantIsForAWSResource": "true"},
            },
        )

    def _through(self, services: Sequence[str]) -> dict[str, object]:
        return {
            "kms:CallerAccount": Aws.ACCOUNT_ID,
            "kms:ViaService": [f"{service}.{self._region}.amazonaws.com" for service in services],
        }

    def _cloudwatch_logs(self) -> iam.PolicyStatement:
        """As "Encrypt log data in CloudWatch Logs using AWS KMS" of the CloudWatch Logs User Guide has it."""
        log_groups = f"arn:{Aws.PARTITION}:logs:{self._region}:{Aws.ACCOUNT_ID}:log-group:*"
        return iam.PolicyStatement(
            sid="CloudWatchLogsOfThisAccountAndRegion",
            principals=[iam.ServicePrincipal(f"logs.{self._region}.amazonaws.com")],
            actions=[*USE, "kms:DescribeKey"],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log_groups}},
        )
