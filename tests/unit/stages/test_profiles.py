from aws_cdk import RemovalPolicy

from stages.profiles import DISPOSABLE, RETAINED
from stages.table import STAGES


def test_disposable_profile_protects_nothing() -> None:
    assert DISPOSABLE.removal_policy is RemovalPolicy.DESTROY
    assert (DISPOSABLE.auto_empty_buckets, DISPOSABLE.delete_automated_backups) == (True, True)
    assert (DISPOSABLE.termination_protection, DISPOSABLE.deletion_protection) == (False, False)
    assert (DISPOSABLE.approval_required, DISPOSABLE.multi_az) == (False, False)
    assert DISPOSABLE.monthly_backup_days == 0


def test_retained_profile_protects_everything() -> None:
    assert RETAINED.removal_policy is RemovalPolicy.RETAIN
    assert (RETAINED.auto_empty_buckets, RETAINED.delete_automated_backups) == (False, False)
    assert (RETAINED.termination_protection, RETAINED.deletion_protection) == (True, True)
    assert (RETAINED.approval_required, RETAINED.multi_az) == (True, True)
    assert RETAINED.monthly_backup_days == 365


def test_retained_profile_keeps_more_for_longer() -> None:
    for setting in ("backup_days", "nat_gateways", "access_log_days", "key_pending_window_days"):
        assert getattr(DISPOSABLE, setting) < getattr(RETAINED, setting)
    assert 0 < (DISPOSABLE.reserved_concurrency or 0) < (RETAINED.reserved_concurrency or 0)


def test_every_retained_row_waits_for_approval() -> None:
    kept = [row for row in STAGES.values() if row.removal_policy is RemovalPolicy.RETAIN]
    assert all(row.approval_required and row.termination_protection and row.deletion_protection for row in kept)


def test_every_disposable_row_leaves_nothing_behind() -> None:
    passing = [row for row in STAGES.values() if row.removal_policy is RemovalPolicy.DESTROY]
    assert all(row.auto_empty_buckets and row.delete_automated_backups for row in passing)
    assert not any(row.termination_protection or row.deletion_protection for row in passing)
