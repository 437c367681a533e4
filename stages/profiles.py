"""The profiles of stages. A row of the table is one of these, with its own changes."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs

from tap_stack.settings import StageProfile

DISPOSABLE = StageProfile(
    approval_required=False,
    termination_protection=False,
    removal_policy=RemovalPolicy.DESTROY,
    auto_empty_buckets=True,
    deletion_protection=False,
    delete_automated_backups=True,
    multi_az=False,
    backup_days=7,
    monthly_backup_days=0,
    enhanced_monitoring=True,
    nat_gateways=1,
    log_retention=logs.RetentionDays.ONE_WEEK,
    access_log_days=7,
    key_pending_window_days=7,
    reserved_concurrency=2,
)
"""A stage that deletes without a trace: nothing is retained, protected, or approved."""

RETAINED = StageProfile(
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
"""A stage whose data survives its stack: retained, protected, guarded, backed up to a vault, and approved."""
