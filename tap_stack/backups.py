"""Copies of the database beside those that RDS makes itself."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_backup as backup
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from constructs import Construct

from compliance.acknowledgements import acknowledge
from tap_stack.settings import StageSettings
from tap_stack.trust import FOR_THIS_ACCOUNT

DAILY = events.Schedule.cron(hour="3", minute="0")
MONTHLY = events.Schedule.cron(hour="4", minute="0", day="1")
DAILY_KEPT = Duration.days(35)


class Backups(Construct):
    """A vault that nobody deletes from before the time, and the plan that fills it.

    RDS restores its own backups to any second of up to 35 days; they go with whoever may change the instance. These
    reach further back, and the vault's policy refuses their deletion to everybody.
    """

    def __init__(
        self, scope: Construct, id_: str, *, database: rds.IDatabaseInstance, key: kms.IKey, settings: StageSettings
    ) -> None:
        """Build vault, plan and role for ``database``."""
        super().__init__(scope, id_)
        vault = backup.BackupVault(
            self,
            "Vault",
            backup_vault_name=f"{settings.stack_name}-database",
            encryption_key=key,
            block_recovery_point_deletion=True,
            removal_policy=settings.removal_policy,
        )
        plan = backup.BackupPlan(
            self,
            "Plan",
            backup_plan_name=f"{settings.stack_name}-database",
            backup_vault=vault,
            backup_plan_rules=[
                backup.BackupPlanRule(rule_name="daily", schedule_expression=DAILY, delete_after=DAILY_KEPT),
                backup.BackupPlanRule(
                    rule_name="monthly",
                    schedule_expression=MONTHLY,
                    delete_after=Duration.days(settings.monthly_backup_days),
                ),
            ],
        )
        plan.add_selection(
            "Database",
            role=self._role(database, vault, key),
            disable_default_backup_policy=True,
            resources=[backup.BackupResource.from_rds_database_instance(database)],
        )

    def _role(self, database: rds.IDatabaseInstance, vault: backup.IBackupVault, key: kms.IKey) -> iam.IRole:
        """What AWSBackupServiceRolePolicyForBackup allows for RDS, held to one instance, one vault and one key."""
        role = iam.Role(
            self,
            "Role",
            description="AWS Backup copies this stage's database",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com", conditions=FOR_THIS_ACCOUNT),
        )
        iam.ManagedPolicy(
            self,
            "Copy",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=["rds:CreateDBSnapshot", "rds:DescribeDBInstances", "rds:ListTagsForResource"],
                    resources=[database.instance_arn],
                ),
                iam.PolicyStatement(
                    actions=["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"],
                    resources=[vault.backup_vault_arn],
                ),
                iam.PolicyStatement(actions=["kms:DescribeKey"], resources=[key.key_arn]),
                iam.PolicyStatement(
                    actions=["kms:CreateGrant"],
                    resources=[key.key_arn],
                    conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                ),
            ],
        )
        snapshots = iam.ManagedPolicy(
            self,
            "Snapshots",
            roles=[role],
            statements=[
                iam.PolicyStatement(
                    actions=[
                        "rds:AddTagsToResource",
                        "rds:CreateDBSnapshot",
                        "rds:DeleteDBSnapshot",
                        "rds:DescribeDBSnapshots",
                        "rds:ListTagsForResource",
                    ],
                    resources=[
                        f"arn:{Aws.PARTITION}:rds:{Aws.REGION}:{Aws.ACCOUNT_ID}:snapshot:awsbackup:*",
                    ],
                )
            ],
        )
        acknowledge(
            snapshots,
            finding="AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>:snapshot:awsbackup:*]",
            reason="AWS Backup names each snapshot after a job of its own, with this prefix before it "
            "('AWSBackupServiceRolePolicyForBackup', AWS Managed Policy Reference, which has it for every account).",
        )
        return role
