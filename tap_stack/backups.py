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

# A job that starts an hour late and takes another is over before the next: daily by 05:00, monthly by 07:00. RDS's own
# windows are apart from them (tap_stack/database.py).
DAILY = events.Schedule.cron(hour="3", minute="0")
MONTHLY = events.Schedule.cron(hour="5", minute="0", day="1")
STARTS_WITHIN = Duration.hours(1)
ENDS_WITHIN = Duration.hours(2)
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
            removal_policy=settings.removal_once_created,
        )
        plan = backup.BackupPlan(
            self,
            "Plan",
            backup_plan_name=f"{settings.stack_name}-database",
            backup_vault=vault,
            backup_plan_rules=[
                _rule("daily", DAILY, kept=DAILY_KEPT),
                _rule("monthly", MONTHLY, kept=Duration.days(settings.monthly_backup_days)),
            ],
        )
        plan.add_selection(
            "Database",
            role=self._role(database, vault, key, settings),
            disable_default_backup_policy=True,
            resources=[backup.BackupResource.from_rds_database_instance(database)],
        )

    def _role(
        self, database: rds.IDatabaseInstance, vault: backup.IBackupVault, key: kms.IKey, settings: StageSettings
    ) -> iam.IRole:
        """What AWSBackupServiceRolePolicyForBackup allows for RDS, held to one instance, one vault and one key.

        Role and policies are retained with the vault: without them AWS Backup can't delete expired recovery points,
        and the vault's policy keeps everybody else from it ("Deleting backups", AWS Backup Developer Guide).
        """
        role = iam.Role(
            self,
            "Role",
            description="AWS Backup copies this stage's database",
            assumed_by=iam.ServicePrincipal("backup.amazonaws.com", conditions=FOR_THIS_ACCOUNT),
        )
        copying = iam.ManagedPolicy(
            self,
            "Copy",
            roles=[role],
            statements=[
                iam.PolicyStatement(actions=["rds:CreateDBSnapshot"], resources=[database.instance_arn]),
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
                    actions=["rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:DeleteDBSnapshot"],
                    resources=[
                        f"arn:{Aws.PARTITION}:rds:{Aws.REGION}:{Aws.ACCOUNT_ID}:snapshot:awsbackup:*",
                    ],
                ),
                iam.PolicyStatement(
                    actions=["rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:ListTagsForResource"],
                    resources=["*"],
                ),
            ],
        )
        acknowledge(
            snapshots,
            finding=(
                "AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:rds:<AWS::Region>:<AWS::AccountId>:snapshot:awsbackup:*]",
                "AwsSolutions-IAM5[Resource::*]",
            ),
            reason="AWS Backup names each snapshot after a job of its own, with this prefix before it, and describes "
            "instances and snapshots before it knows their names ('AWSBackupServiceRolePolicyForBackup', AWS Managed "
            "Policy Reference, which allows both on every resource). Describing reads settings, no data.",
        )
        for resource in (role, copying, snapshots):
            resource.apply_removal_policy(settings.removal_once_created)
        return role


def _rule(name: str, schedule: events.Schedule, *, kept: Duration) -> backup.BackupPlanRule:
    return backup.BackupPlanRule(
        rule_name=name,
        schedule_expression=schedule,
        start_window=STARTS_WITHIN,
        completion_window=ENDS_WITHIN,
        delete_after=kept,
    )
