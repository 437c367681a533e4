"""What becomes of a stage's data when its stack goes. Changing a line here is changing what is promised."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from steps.adoption import Stack, adoption
from tests.contract.agreement.handlers import schema
from tests.stages import retained
from tests.unit.tap_stack.workload import Workload

STATEFUL = (
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
)

TEMPLATE_LIMIT = 51_200
"""Bytes of a template that is sent with a request ("CloudFormation quotas", CloudFormation User Guide)."""
RETAIN, ONCE_CREATED = ("Retain", "Retain"), ("RetainExceptOnCreate", "Retain")
# What the rollback of a failed first deployment deletes: nothing protects it, nothing is in it yet.
ROLLED_BACK = {
    "Backups/Copy",
    "Backups/Role",
    "Backups/Snapshots",
    "Backups/Vault",
    "DeadLetters/Queue",
    "DeadLetters/Queue/Policy",
    "Storage/Data",
    "Storage/Data/Policy",
    "Storage/Logs/Policy",
}


def removal(resource: Any) -> tuple[Any, Any]:
    return resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")


def stateful(stage: Workload) -> dict[str, Any]:
    return {stage.path(r): r for r in stage.template["Resources"].values() if r["Type"] in STATEFUL}


@pytest.mark.parametrize("kind", STATEFUL)
def test_retained_stage_keeps_every_resource_with_data(kind: str, retained_stage: Workload) -> None:
    resources = retained_stage.raw(kind).values()
    assert resources
    assert {removal(resource) for resource in resources} <= {RETAIN, ONCE_CREATED}


# Neither is needed by the data: monitoring stops, a retained custom resource is never called again.
LEFT_BEHIND = {
    ("Database/Instance", "Database/Monitoring/Role"),
    (
        "Network/Vpc/RestrictDefaultSecurityGroupCustomResource/Default",
        "Custom::VpcRestrictDefaultSGCustomResourceProvider/Handler",
    ),
}


def test_retained_resources_reference_only_retained_resources(retained_stage: Workload) -> None:
    # AWS refuses to delete a network under a database: the stack's deletion would fail half-way.
    # The bucket's policy lets in nobody whose distribution is gone.
    assert going(retained_stage, {RETAIN, ONCE_CREATED}) == LEFT_BEHIND | {("Storage/Data/Policy", "Edge/Distribution")}


def test_rollback_of_a_first_deployment_deletes_nothing_that_stays(retained_stage: Workload) -> None:
    assert going(retained_stage, {RETAIN}) == LEFT_BEHIND


def test_rollback_of_a_first_deployment_deletes_what_nothing_protects(retained_stage: Workload) -> None:
    resources = retained_stage.template["Resources"].values()
    assert {retained_stage.path(each) for each in resources if removal(each) == ONCE_CREATED} == ROLLED_BACK
    # A rollback that tries to delete any of these ends in ROLLBACK_FAILED.
    stuck = [
        each for kind in ("AWS::Logs::LogGroup", "AWS::RDS::DBInstance") for each in retained_stage.raw(kind).values()
    ]
    (logs,) = retained_stage.ids("AWS::S3::Bucket", "Storage/Logs")
    assert {removal(each) for each in [*stuck, retained_stage.template["Resources"][logs]]} == {RETAIN}


def test_retained_resources_can_be_imported_again(retained_stage: Workload) -> None:
    resources = retained_stage.template["Resources"]
    kept = {id_ for id_, each in resources.items() if removal(each) in (RETAIN, ONCE_CREATED)}
    types = {id_: resources[id_]["Type"] for id_ in kept if not resources[id_]["Type"].startswith("Custom::")}
    # `make adopt-stage` names a resource by one property.
    assert [kind for kind in types.values() if len((schema(kind) or {})["primaryIdentifier"]) != 1] == []
    plan = adoption(retained_stage.template, Stack(ids=dict.fromkeys(resources, "x" * 60), adopted=types))
    assert {each.property for each in plan.left_out} == {
        "DeletionProtection",
        "DeletionProtectionEnabled",
        "MonitoringRoleArn",
    }
    assert len(json.dumps(plan.template, separators=(",", ":"))) < TEMPLATE_LIMIT


def test_default_security_group_of_a_retained_network_stays_empty(stage: Workload) -> None:
    policy = RETAIN if retained(stage.settings) else ("Delete", "Delete")
    assert {removal(each) for each in stage.raw("Custom::VpcRestrictDefaultSG").values()} == {policy}


def going(retained_stage: Workload, policies: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """What resources with these policies refer to that has none of them."""
    resources = retained_stage.template["Resources"]
    kept = {id_ for id_, resource in resources.items() if removal(resource) in policies}
    stands_on = {
        (retained_stage.path(resources[id_]), found["Ref"] if "Ref" in found else found["Fn::GetAtt"][0])
        for id_ in kept
        for found in references(resources[id_].get("Properties", {}))
        if "AWS::" not in str(found)
    }
    return {(path, retained_stage.path(resources[id_])) for path, id_ in stands_on if id_ not in kept}


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
def test_disposable_stage_deletes_every_resource_with_data(kind: str, disposable_stage: Workload) -> None:
    resources = disposable_stage.raw(kind).values()
    assert resources
    assert {removal(resource) for resource in resources} == {("Delete", "Delete")}


def test_disposable_stage_retains_no_resource(disposable_stage: Workload) -> None:
    # A database without a policy would leave a snapshot, but every database here has one.
    policies = {policy for r in disposable_stage.template["Resources"].values() for policy in removal(r)}
    assert policies == {"Delete", None}


def test_buckets_are_emptied_where_their_stage_says_so(stage: Workload) -> None:
    emptied = {resource["BucketName"]["Ref"] for resource in stage.of_type("Custom::S3AutoDeleteObjects").values()}
    assert emptied == (set(stage.raw("AWS::S3::Bucket")) if stage.settings.auto_empty_buckets else set())


def test_no_bucket_of_a_retained_stage_is_ever_emptied(retained_stage: Workload) -> None:
    assert retained_stage.raw("Custom::S3AutoDeleteObjects") == {}


def test_database_of_a_disposable_stage_leaves_no_backup(disposable_stage: Workload) -> None:
    database = disposable_stage.the("AWS::RDS::DBInstance")
    assert database["DeleteAutomatedBackups"] is True
    assert database["DeletionProtection"] is False


def test_database_of_a_retained_stage_refuses_deletion_and_keeps_its_backups(retained_stage: Workload) -> None:
    database = retained_stage.the("AWS::RDS::DBInstance")
    assert database["DeletionProtection"] is True
    assert database["DeleteAutomatedBackups"] is False


def test_what_a_retained_database_needs_is_retained_too(retained_stage: Workload) -> None:
    for kind in ("AWS::RDS::DBSubnetGroup", "AWS::RDS::DBParameterGroup"):
        assert {removal(resource) for resource in retained_stage.raw(kind).values()} == {RETAIN}


def test_cloudformation_refuses_to_delete_protected_stages(stage: Workload) -> None:
    assert stage.manifest.get("terminationProtection", False) is stage.settings.termination_protection


def test_every_retained_stage_is_protected_from_deletion(retained_stage: Workload) -> None:
    assert retained_stage.manifest["terminationProtection"] is True


def test_every_stage_holds_the_same_data(workloads: list[Workload]) -> None:
    # The log groups of what not every stage has: a function that empties buckets, figures of the operating system.
    extra = {"ProviderLogs/S3AutoDeleteObjects", "Database/Monitoring/Log"}
    assert len({frozenset(stateful(workload)) - extra for workload in workloads}) == 1
