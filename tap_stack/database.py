"""The database."""

from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_kms as kms
from aws_cdk import aws_rds as rds
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from compliance.acknowledgements import acknowledge
from compliance.names import NIST
from tap_stack.log_group import log_group
from tap_stack.monitoring import EnhancedMonitoring
from tap_stack.network import ISOLATED
from tap_stack.security_groups import DATABASE_PORT
from tap_stack.settings import StageSettings

# The newest 15.x that aws-cdk-lib 2.273 knows. RDS creates 15.13 and newer; older ones are deprecated (cfn-lint W3691).
ENGINE = rds.DatabaseInstanceEngine.postgres(version=rds.PostgresEngineVersion.VER_15_17)
EXPORTED_LOGS = ("postgresql", "upgrade")
MONITORING_INTERVAL = Duration.minutes(1)
# In UTC. Apart from each other and from AWS Backup's jobs, 03:00 to 07:00, which can't start within an hour before the
# maintenance or while RDS backs up ("Backup plan options and configuration", AWS Backup Developer Guide). Left out, RDS
# draws both windows at random; in us-east-1 from 03:00 to 11:00 ("Backup window", RDS User Guide).
BACKUP_WINDOW = "01:00-01:30"
MAINTENANCE_WINDOW = "sun:08:30-sun:09:00"


class Database(Construct):
    """PostgreSQL in the isolated tier. RDS makes, encrypts and rotates the master password."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        key: kms.IKey,
        settings: StageSettings,
    ) -> None:
        """Build the instance and the log groups that it exports to."""
        super().__init__(scope, id_)
        monitoring = (
            EnhancedMonitoring(self, "Monitoring", key=key, settings=settings) if settings.enhanced_monitoring else None
        )
        parameters = rds.ParameterGroup(
            self,
            "Parameters",
            description="TLS is forced",
            engine=ENGINE,
            parameters={"rds.force_ssl": "1"},
            removal_policy=settings.removal_policy,
        )
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            # RDS names its log groups after the instance; to create them first, the name has to be known.
            instance_identifier=settings.stack_name,
            engine=ENGINE,
            instance_type=ec2.InstanceType(settings.database_class),
            port=DATABASE_PORT,
            vpc=vpc,
            vpc_subnets=ISOLATED,
            security_groups=[security_group],
            publicly_accessible=False,
            multi_az=settings.multi_az,
            allocated_storage=20,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            storage_encryption_key=key,
            manage_master_user_password=True,
            credentials=rds.Credentials.from_username("tap", encryption_key=key),
            database_name="tap",
            parameter_group=parameters,
            backup_retention=Duration.days(settings.backup_days),
            preferred_backup_window=BACKUP_WINDOW,
            preferred_maintenance_window=MAINTENANCE_WINDOW,
            copy_tags_to_snapshot=True,
            delete_automated_backups=settings.delete_automated_backups,
            deletion_protection=settings.deletion_protection,
            removal_policy=settings.removal_policy,
            auto_minor_version_upgrade=True,
            cloudwatch_logs_exports=list(EXPORTED_LOGS),
            monitoring_interval=MONITORING_INTERVAL if monitoring else None,
            monitoring_role=monitoring.role if monitoring else None,
            database_insights_mode=rds.DatabaseInsightsMode.STANDARD,
            enable_performance_insights=True,
            performance_insight_encryption_key=key,
        )
        self.log_groups = [
            log_group(
                self,
                f"{log.capitalize()}Log",
                key=key,
                settings=settings,
                name=f"/aws/rds/instance/{settings.stack_name}/{log}",
            )
            for log in EXPORTED_LOGS
        ]
        if monitoring:
            self.log_groups.append(monitoring.log_group)
            self.instance.node.add_dependency(monitoring)
        self.instance.node.add_dependency(*self.log_groups)
        self._acknowledge(settings)

    @property
    def secret(self) -> secretsmanager.ISecret:
        """The credentials that RDS manages."""
        # Optional only for instances whose password somebody typed.
        return cast(secretsmanager.ISecret, self.instance.secret)

    def _acknowledge(self, settings: StageSettings) -> None:
        if not settings.multi_az:
            acknowledge(
                self.instance,
                finding=("AwsSolutions-RDS3", f"{NIST}-RDSMultiAZSupport"),
                reason=f"{settings.name} is rebuilt from its templates and holds no data to keep available; Multi-AZ "
                "doubles the price of the instance (RDS pricing). The stage table switches it on where it is needed.",
            )
        if not settings.enhanced_monitoring:
            acknowledge(
                self.instance,
                finding=f"{NIST}-RDSEnhancedMonitoringEnabled",
                reason="RDS writes these figures to one log group for all databases of an account and region "
                "('Enhanced Monitoring', RDS User Guide), which belongs to another stage's stack here. Database "
                f"Insights and the CloudWatch metrics of {settings.name}'s instance are on.",
            )
        if not settings.monthly_backup_days:
            acknowledge(
                self.instance,
                finding=f"{NIST}-RDSInBackupPlan",
                reason=f"Deleting {settings.name} must leave nothing behind, and a vault with copies in it can't be "
                "deleted (DeleteBackupVault, AWS Backup API Reference). RDS itself backs the instance up every day and "
                "with its transaction logs, for the days in the stage's table ('Introduction to backups', RDS User "
                "Guide).",
            )
        if not settings.deletion_protection:
            acknowledge(
                self.instance,
                finding=("AwsSolutions-RDS10", f"{NIST}-RDSInstanceDeletionProtectionEnabled"),
                reason=f"Deleting {settings.name} must leave nothing behind without a hand: RDS refuses to delete an "
                "instance with deletion protection (DeleteDBInstance, RDS API Reference).",
            )
