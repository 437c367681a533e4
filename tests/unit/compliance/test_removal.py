"""Data goes with its stack or stays, as the stack has promised."""

from typing import Any

import cfnlint.data.AdditionalSpecs
import pytest
from aws_cdk import App, RemovalPolicy, Stack
from cfnlint.helpers import load_resource

from cdk_verdict import STATEFUL
from compliance.removal import declare_removal
from compliance.rules.removal import PROTECTION, REMOVAL_KEPT
from compliance.stateful import PROTECTED
from tests.unit.compliance.judging import broken, judged, resource

# Listed by cfn-lint, and in no stack of a workload.
NOT_OURS = {"AWS::Organizations::Account"}
EMPTIED = resource("Custom::S3AutoDeleteObjects", BucketName={"Ref": "Store"})


def store(kind: str, policy: str, **properties: Any) -> dict[str, Any]:
    return {**resource(kind, **properties), "DeletionPolicy": policy, "UpdateReplacePolicy": policy}


def test_every_type_that_cfn_lint_knows_to_hold_data_is_asked() -> None:
    known = load_resource(cfnlint.data.AdditionalSpecs, "StatefulResources.json")["ResourceTypes"]
    assert set(known) - NOT_OURS <= STATEFUL
    assert set(PROTECTED) <= STATEFUL


@pytest.mark.parametrize("kind", sorted(STATEFUL))
@pytest.mark.parametrize("promise", ["Delete", "Retain"])
def test_what_a_stack_promises_of_its_data_holds_for_both_ways_to_lose_it(kind: str, promise: str) -> None:
    other = {"Delete": "Retain", "Retain": "Delete"}[promise]
    assert broken(REMOVAL_KEPT, promises=promise, Store=store(kind, promise), Emptier=EMPTIED) == set()
    assert broken(REMOVAL_KEPT, promises=promise, Store=store(kind, other), Emptier=EMPTIED) == {
        ("Store", "DeletionPolicy"),
        ("Store", "UpdateReplacePolicy"),
    }


def test_what_is_retained_may_be_deleted_by_the_operation_that_created_it() -> None:
    bucket = {**store("AWS::S3::Bucket", "Retain"), "DeletionPolicy": "RetainExceptOnCreate"}
    assert broken(REMOVAL_KEPT, promises="Retain", Store=bucket) == set()
    assert broken(REMOVAL_KEPT, promises="Delete", Store=bucket, Emptier=EMPTIED) == {
        ("Store", "DeletionPolicy"),
        ("Store", "UpdateReplacePolicy"),
    }
    replaced = {**store("AWS::S3::Bucket", "Retain"), "UpdateReplacePolicy": "RetainExceptOnCreate"}
    assert broken(REMOVAL_KEPT, promises="Retain", Store=replaced) == {("Store", "UpdateReplacePolicy")}


@pytest.mark.parametrize(("kind", "property_"), PROTECTED.items())
def test_rollback_does_not_try_to_delete_what_is_protected(kind: str, property_: str) -> None:
    protected = {**resource(kind, **{property_: True}), "DeletionPolicy": "RetainExceptOnCreate"}
    assert broken(PROTECTION, promises="Retain", Store=protected) == {("Store", "DeletionPolicy")}


def test_a_snapshot_is_something_left() -> None:
    database = {**store("AWS::RDS::DBInstance", "Delete"), "DeletionPolicy": "Snapshot"}
    assert broken(REMOVAL_KEPT, promises="Delete", Store=database) == {("Store", "DeletionPolicy")}


def test_automated_backups_are_something_left() -> None:
    database = store("AWS::RDS::DBInstance", "Delete", DeleteAutomatedBackups=False)
    assert broken(REMOVAL_KEPT, promises="Delete", Store=database) == {("Store", "Properties.DeleteAutomatedBackups")}


def test_a_bucket_that_goes_is_emptied_first() -> None:
    bucket = store("AWS::S3::Bucket", "Delete")
    (breach,) = judged(REMOVAL_KEPT, promises="Delete", Other=bucket, Store=bucket, Emptier=EMPTIED)
    assert (breach.resource, breach.what) == ("Other", "empty the bucket first: set auto_delete_objects")


def test_a_stack_with_data_has_to_promise_something() -> None:
    (breach,) = judged(REMOVAL_KEPT, Store=store("AWS::S3::Bucket", "Retain"))
    assert "call declare_removal on its stack" in breach.what
    assert judged(REMOVAL_KEPT, Role=resource("AWS::IAM::Role")) == []


@pytest.mark.parametrize(("kind", "property_"), PROTECTED.items())
@pytest.mark.parametrize("on", [True, "ACTIVE"])
def test_what_stays_is_protected_and_what_goes_is_not(kind: str, property_: str, on: Any) -> None:
    protected, bare = resource(kind, **{property_: on}), resource(kind, **{property_: False})
    assert broken(PROTECTION, promises="Retain", Store=protected) == set()
    assert broken(PROTECTION, promises="Delete", Store=bare) == set()
    assert broken(PROTECTION, promises="Retain", Store=bare) == {("Store", f"Properties.{property_}")}
    assert broken(PROTECTION, promises="Delete", Store=protected) == {("Store", f"Properties.{property_}")}


@pytest.mark.parametrize(("policy", "word"), [(RemovalPolicy.DESTROY, "Delete"), (RemovalPolicy.RETAIN, "Retain")])
def test_a_promise_is_written_into_the_template(policy: RemovalPolicy, word: str) -> None:
    stack = Stack(App(), "Stack")
    declare_removal(stack, policy)
    assert stack.template_options.metadata == {"Delivery": {"Removal": word}}
