from aws_cdk import RemovalPolicy

from stages.table import stage_table
from tap_stack.settings import StageSettings

ACCOUNTS = {"tools_account": "111111111111", "dev_account": "222222222222", "prod_account": "333333333333"}


def table() -> tuple[StageSettings, ...]:
    return stage_table(**ACCOUNTS, dev_region="us-east-1", prod_region="us-east-1")


def test_dev_comes_before_prod() -> None:
    assert [stage.name for stage in table()] == ["dev", "prod"]


def test_each_stage_lives_in_its_own_account_and_trusts_the_tools_account() -> None:
    dev, prod = table()
    assert (dev.account, prod.account) == ("222222222222", "333333333333")
    assert dev.tools_account == prod.tools_account == "111111111111"


def test_a_person_approves_prod_and_nobody_has_to_approve_dev() -> None:
    dev, prod = table()
    assert (dev.approval_required, prod.approval_required) == (False, True)


def test_dev_goes_without_a_trace_and_prod_stays() -> None:
    dev, prod = table()
    assert (dev.removal_policy, prod.removal_policy) == (RemovalPolicy.DESTROY, RemovalPolicy.RETAIN)
    assert (dev.auto_empty_buckets, prod.auto_empty_buckets) == (True, False)
    assert (dev.delete_automated_backups, prod.delete_automated_backups) == (True, False)
    assert (dev.termination_protection, prod.termination_protection) == (False, True)
    assert (dev.deletion_protection, prod.deletion_protection) == (False, True)


def test_a_stage_may_live_in_any_region() -> None:
    dev, prod = stage_table(**ACCOUNTS, dev_region="eu-west-1", prod_region="us-east-1")
    assert dev.stacks == ("us-east-1/dev-tap-firewall", "eu-west-1/dev-tap")
    assert prod.stacks == ("us-east-1/prod-tap",)


def test_one_account_can_hold_everything() -> None:
    dev, prod = stage_table(
        tools_account="111111111111",
        dev_account="111111111111",
        dev_region="us-east-1",
        prod_account="111111111111",
        prod_region="us-east-1",
    )
    assert dev.stack_name != prod.stack_name
    assert dev.check_role_name != prod.check_role_name
    # The one log group that RDS has for an account's operating systems can stand in one stack alone.
    assert (dev.enhanced_monitoring, prod.enhanced_monitoring) == (False, True)
    assert all(stage.enhanced_monitoring for stage in table())
