"""The table of stages, in the order of delivery."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from tap_stack.settings import StageSettings


def stage_table(
    *, tools_account: str, dev_account: str, dev_region: str, prod_account: str, prod_region: str
) -> tuple[StageSettings, ...]:
    """Return every stage: dev, of which nothing is left when it goes, and prod, whose data outlives its stack."""
    # The figures of Enhanced Monitoring go to one log group an account and region, and prod's stack has it.
    dev_stands_alone = (dev_account, dev_region) != (prod_account, prod_region)
    dev = StageSettings(
        name="dev",
        account=dev_account,
        region=dev_region,
        tools_account=tools_account,
        approval_required=False,
        termination_protection=False,
        removal_policy=RemovalPolicy.DESTROY,
        auto_empty_buckets=True,
        deletion_protection=False,
        delete_automated_backups=True,
        multi_az=False,
        backup_days=7,
        monthly_backup_days=0,
        enhanced_monitoring=dev_stands_alone,
        nat_gateways=1,
        log_retention=logs.RetentionDays.ONE_WEEK,
        access_log_days=7,
        key_pending_window_days=7,
        reserved_concurrency=2,
    )
    prod = StageSettings(
        name="prod",
        account=prod_account,
        region=prod_region,
        tools_account=tools_account,
        approval_required=True,
        termination_protection=True,
        removal_policy=RemovalPolicy.RETAIN,
        auto_empty_buckets=False,
        deletion_protection=True,
        delete_automated_backups=False,
        multi_az=True,
        backup_days=35,
        monthly_backup_days=365,
        enhanced_monitoring=True,
        nat_gateways=2,
        log_retention=logs.RetentionDays.ONE_YEAR,
        access_log_days=365,
        key_pending_window_days=30,
        reserved_concurrency=10,
    )
    return dev, prod
