"""What becomes of a stage's data when its stack goes. Changing a line here is changing what is promised."""

from typing import Any

import pytest

from tests.unit.tap_stack.synthesis import Workload, workload

STATEFUL = (
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
)


def removal(resource: Any) -> tuple[Any, Any]:
    return resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")


def stateful(stage: Workload) -> dict[str, Any]:
    return {stage.path(r): r for r in stage.template["Resources"].values() if r["Type"] in STATEFUL}


@pytest.mark.parametrize("kind", STATEFUL)
def test_prod_keeps_every_resource_with_data_when_it_is_removed_or_replaced(kind: str) -> None:
    resources = workload("prod").raw(kind).values()
    assert resources
    assert {removal(resource) for resource in resources} == {("Retain", "Retain")}


@pytest.mark.parametrize("kind", STATEFUL)
def test_dev_keeps_nothing_when_it_is_removed_or_replaced(kind: str) -> None:
    resources = workload("dev").raw(kind).values()
    assert resources
    assert {removal(resource) for resource in resources} == {("Delete", "Delete")}


def test_dev_has_no_resource_at_all_that_stays() -> None:
    # A database without a policy would leave a snapshot, but every database here has one.
    policies = {policy for r in workload("dev").template["Resources"].values() for policy in removal(r)}
    assert policies == {"Delete", None}


def test_every_bucket_of_dev_is_emptied_before_it_is_deleted() -> None:
    dev = workload("dev")
    emptied = {resource["BucketName"]["Ref"] for resource in dev.of_type("Custom::S3AutoDeleteObjects").values()}
    assert emptied == set(dev.raw("AWS::S3::Bucket"))


def test_no_bucket_of_prod_is_ever_emptied() -> None:
    assert workload("prod").raw("Custom::S3AutoDeleteObjects") == {}


def test_the_database_of_dev_leaves_no_backup() -> None:
    database = workload("dev").the("AWS::RDS::DBInstance")
    assert database["DeleteAutomatedBackups"] is True
    assert database["DeletionProtection"] is False


def test_the_database_of_prod_can_t_be_deleted_and_keeps_its_backups() -> None:
    database = workload("prod").the("AWS::RDS::DBInstance")
    assert database["DeletionProtection"] is True
    assert database["DeleteAutomatedBackups"] is False


def test_what_a_kept_database_stands_on_is_kept_too() -> None:
    prod = workload("prod")
    for kind in ("AWS::RDS::DBSubnetGroup", "AWS::RDS::DBParameterGroup"):
        assert {removal(resource) for resource in prod.raw(kind).values()} == {("Retain", "Retain")}


def test_cloudformation_refuses_to_delete_prod_and_deletes_dev() -> None:
    assert workload("prod").manifest["terminationProtection"] is True
    assert workload("dev").manifest.get("terminationProtection", False) is False


def test_both_stages_hold_the_same_data() -> None:
    # Dev alone has buckets to empty, and a log group for the function that does so.
    extra = {"ProviderLogs/S3AutoDeleteObjects"}
    assert set(stateful(workload("dev"))) == set(stateful(workload("prod"))) | extra
