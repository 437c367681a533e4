"""Log groups: every one is built here, so that every one is encrypted and expires."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from tap_stack.settings import StageSettings


def log_group(
    scope: Construct, id_: str, *, key: kms.IKey, settings: StageSettings, name: str | None = None
) -> logs.LogGroup:
    """Return a log group under ``key`` with the stage's retention.

    ``name`` is for services that choose the name of the group they write to.
    """
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        encryption_key=key,
        retention=settings.log_retention,
        deletion_protection_enabled=settings.deletion_protection or None,
        removal_policy=settings.removal_policy,
    )
