"""What becomes of a stage's data when its stack goes. Changing a line here is changing what is promised."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tap_stack.workload import Workload, read_workload

STATEFUL = (
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)


@pytest.fixture(scope="module")
def dev(assembly: Path) -> Workload:
    return read_workload(assembly, "dev")


@pytest.fixture(scope="module")
def prod(assembly: Path) -> Workload:
    return read_workload(assembly, "prod")


def removal(resource: Any) -> tuple[Any, Any]:
    return resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")


def stateful(stage: Workload) -> dict[str, Any]:
    return {stage.path(r): r for r in stage.template["Resources"].values() if r["Type"] in STATEFUL}


@pytest.mark.parametrize("kind", STATEFUL)
def test_prod_keeps_every_resource_with_data_when_it_is_removed_or_replaced(kind: str, prod: Workload) -> None:
    resources = prod.raw(kind).values()
    assert resources
    assert {removal(resource) for resource in resources} == {("Retain", "Retain")}


def test_what_prod_keeps_stands_on_nothing_that_goes(prod: Workload) -> None:
    # AWS refuses to delete a network under a database: the stack's deletion would fail half-way.
    resources = prod.template["Resources"]
    kept = {id_ for id_, resource in resources.items() if removal(resource) == ("Retain", "Retain")}
    stands_on = {
        (prod.path(resources[id_]), found["Ref"] if "Ref" in found else found["Fn::GetAtt"][0])
        for id_ in kept
        for found in references(resources[id_].get("Properties", {}))
        if "AWS::" not in str(found)
    }
    going = {(path, prod.path(resources[id_])) for path, id_ in stands_on if id_ not in kept}
    # Neither is needed by the data: monitoring stops, and the policy lets nobody in whose distribution is gone.
    assert going == {("Database/Instance", "Database/Monitoring/Role"), ("Storage/Data/Policy", "Edge/Distribution")}


def references(value: Any) -> Iterator[Any]:
    """Every reference to another resource in a resource's properties."""
    match value:
        case {"Ref": _} | {"Fn::GetAtt": _}:
            yield value
        case dict():
            yield from references(list(value.values()))
        case list():
            for each in value:
                yield from references(each)


@pytest.mark.parametrize("kind", STATEFUL)
def test_dev_keeps_nothing_when_it_is_removed_or_replaced(kind: str, dev: Workload) -> None:
    resources = dev.raw(kind).values()
    assert resources
    assert {removal(resource) for resource in resources} == {("Delete", "Delete")}


def test_dev_has_no_resource_at_all_that_stays(dev: Workload) -> None:
    # A database without a policy would leave a snapshot, but every database here has one.
    policies = {policy for r in dev.template["Resources"].values() for policy in removal(r)}
    assert policies == {"Delete", None}


def test_every_bucket_of_dev_is_emptied_before_it_is_deleted(dev: Workload) -> None:
    emptied = {resource["BucketName"]["Ref"] for resource in dev.of_type("Custom::S3AutoDeleteObjects").values()}
    assert emptied == set(dev.raw("AWS::S3::Bucket"))


def test_no_bucket_of_prod_is_ever_emptied(prod: Workload) -> None:
    assert prod.raw("Custom::S3AutoDeleteObjects") == {}


def test_the_database_of_dev_leaves_no_backup(dev: Workload) -> None:
    database = dev.the("AWS::RDS::DBInstance")
    assert database["DeleteAutomatedBackups"] is True
    assert database["DeletionProtection"] is False


def test_the_database_of_prod_can_t_be_deleted_and_keeps_its_backups(prod: Workload) -> None:
    database = prod.the("AWS::RDS::DBInstance")
    assert database["DeletionProtection"] is True
    assert database["DeleteAutomatedBackups"] is False


def test_what_a_kept_database_stands_on_is_kept_too(prod: Workload) -> None:
    for kind in ("AWS::RDS::DBSubnetGroup", "AWS::RDS::DBParameterGroup"):
        assert {removal(resource) for resource in prod.raw(kind).values()} == {("Retain", "Retain")}


def test_cloudformation_refuses_to_delete_prod_and_deletes_dev(dev: Workload, prod: Workload) -> None:
    assert prod.manifest["terminationProtection"] is True
    assert dev.manifest.get("terminationProtection", False) is False


def test_both_stages_hold_the_same_data(dev: Workload, prod: Workload) -> None:
    # Dev alone has buckets to empty, and a log group for the function that does so.
    extra = {"ProviderLogs/S3AutoDeleteObjects"}
    assert set(stateful(dev)) == set(stateful(prod)) | extra
