from dataclasses import replace
from typing import Any

import pytest
from verdict_samples import app, observed, outcome, resource, said, stack

from cdk_verdict import Kind, Outcome
from cdk_verdict.losses import losses

BUCKET = resource("AWS::S3::Bucket")
QUEUE = resource("AWS::SQS::Queue", keep="Delete")
ROLE = resource("AWS::IAM::Role", keep=None)
DATABASE = resource("AWS::RDS::DBInstance", DBName="shop", AllocatedStorage="20")


def changed(base: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**base, "Properties": {**base["Properties"], **properties}}


def test_unchanged_app_loses_nothing() -> None:
    assert observed(losses, {"A": BUCKET, "B": ROLE}, {"A": BUCKET, "B": ROLE}) == []


def test_stateless_resource_may_be_removed() -> None:
    assert observed(losses, {"A": ROLE}, {}) == []


def test_removed_stateful_resource_is_a_stopped_loss() -> None:
    (found,) = observed(losses, {"A": BUCKET}, {})
    assert (found.kind, found.severity, found.before) == (Kind.LOSS, Outcome.STOPPED, "A")
    assert "is removed from its stack and is left behind" in found.sentence
    assert (found.stage, found.stack) == ("Shop/Prod", "Shop/Prod/Data")
    assert found.subject is not None
    assert found.subject.path == "Shop/Prod/Data/A"


def test_removed_resource_that_is_declared_disposable_needs_a_look() -> None:
    assert outcome(observed(losses, {"A": QUEUE}, {})) is Outcome.NEEDS_LOOK


def test_removed_disposable_resource_of_a_retaining_stage_is_stopped() -> None:
    assert outcome(observed(losses, {"A": QUEUE, "B": BUCKET}, {"B": BUCKET})) is Outcome.STOPPED


def test_removed_resource_without_any_policy_is_stopped() -> None:
    assert outcome(observed(losses, {"A": resource("AWS::S3::Bucket", keep=None)}, {})) is Outcome.STOPPED


def test_removed_resource_of_unknown_kind_needs_a_look_that_names_it() -> None:
    (found,) = observed(losses, {"A": resource("Custom::Thing", keep=None)}, {})
    assert (found.kind, found.severity) == (Kind.UNKNOWN, Outcome.NEEDS_LOOK)
    assert "whether a Custom::Thing holds data is not known" in found.sentence


def test_renamed_logical_id_is_a_loss_that_names_both() -> None:
    (found,) = observed(losses, {"A": BUCKET}, {"B": BUCKET})
    assert (found.severity, found.before, found.after) == (Outcome.STOPPED, "A", "B")
    assert "gets the logical ID B" in found.sentence


def test_removal_next_to_two_other_new_resources_names_no_successor() -> None:
    other = resource("AWS::S3::Bucket", BucketName="x")
    found = observed(losses, {"A": BUCKET}, {"B": other, "C": resource("AWS::S3::Bucket", BucketName="y")})
    assert found[0].after is None


@pytest.mark.parametrize(("keep", "fate"), [("Snapshot", "after a final snapshot"), ("Delete", "with its data")])
def test_sentence_says_what_becomes_of_the_old_resource(keep: str, fate: str) -> None:
    (found,) = observed(losses, {"A": resource("AWS::RDS::DBInstance", keep=keep)}, {})
    assert fate in found.sentence


def test_default_policy_of_a_cluster_is_a_snapshot() -> None:
    assert "final snapshot" in said(observed(losses, {"A": resource("AWS::RDS::DBCluster", keep=None)}, {}))


def test_create_only_property_replaces_a_stateful_resource() -> None:
    (found,) = observed(losses, {"A": DATABASE}, {"A": changed(DATABASE, DBName="other")})
    assert (found.severity, found.location) == (Outcome.STOPPED, "DBName")
    assert "is replaced by a new, empty one because of DBName" in found.sentence


def test_create_only_property_replaces_a_stateless_resource_without_loss() -> None:
    assert observed(losses, {"A": ROLE}, {"A": changed(ROLE, RoleName="x")}) == []


def test_conditional_create_only_property_may_replace() -> None:
    (found,) = observed(losses, {"A": DATABASE}, {"A": changed(DATABASE, AvailabilityZone="eu-west-1a")})
    assert "may be replaced by a new, empty one because of AvailabilityZone" in found.sentence
    assert found.severity is Outcome.STOPPED


@pytest.mark.parametrize(
    "properties",
    [
        {"PreferredMaintenanceWindow": "sun:01:00-sun:02:00"},
        {"AllocatedStorage": "50"},
        {"BackupRetentionPeriod": 35},
        {"Tags": [{"Key": "a", "Value": "b"}]},
    ],
)
def test_property_that_updates_in_place_loses_nothing(properties: dict[str, Any]) -> None:
    assert observed(losses, {"A": DATABASE}, {"A": changed(DATABASE, **properties)}) == []


def test_changed_type_replaces() -> None:
    (found,) = observed(losses, {"A": BUCKET}, {"A": resource("AWS::SQS::Queue")})
    assert "because of Type" in found.sentence


def test_reference_to_a_replaced_resource_may_replace_its_user() -> None:
    group = resource("AWS::RDS::DBSubnetGroup", keep=None, DBSubnetGroupName="a")
    user = changed(DATABASE, DBSubnetGroupName={"Ref": "Group"})
    found = observed(losses, {"Group": group, "A": user}, {"Group": changed(group, DBSubnetGroupName="b"), "A": user})
    assert "may be replaced" in said(found)
    assert "Group, which is replaced" in said(found)


def test_reference_in_an_updatable_property_does_not_replace() -> None:
    role = resource("AWS::IAM::Role", keep=None, RoleName="a")
    user = changed(DATABASE, MonitoringRoleArn={"Fn::GetAtt": ["Role", "Arn"]}, Tags=[{"Fn::GetAtt": "Role.Arn"}])
    assert observed(losses, {"Role": role, "A": user}, {"Role": changed(role, RoleName="b"), "A": user}) == []


def test_reference_from_an_unknown_type_is_left_out() -> None:
    role = resource("AWS::IAM::Role", keep=None, RoleName="a")
    user = resource("Foo::Bar::Baz", Role={"Ref": "Role"})
    assert observed(losses, {"Role": role, "A": user}, {"Role": changed(role, RoleName="b"), "A": user}) == []


def test_changed_custom_resource_may_be_replaced() -> None:
    thing = resource("Custom::Thing", keep=None, Size=1)
    (found,) = observed(losses, {"A": thing}, {"A": changed(thing, Size=2)})
    assert (found.kind, found.severity) == (Kind.UNKNOWN, Outcome.NEEDS_LOOK)


def test_changed_resource_without_schema_is_left_to_protections() -> None:
    thing = resource("Foo::Bar::Baz", keep=None, Size=1)
    assert observed(losses, {"A": thing}, {"A": changed(thing, Size=2)}) == []


def test_type_known_but_unclassified_needs_a_look_when_replaced() -> None:
    thing = resource("AWS::Glue::Database", keep=None, DatabaseName="a")
    found = observed(losses, {"A": thing}, {"A": changed(thing, DatabaseName="b")})
    assert outcome(found) is Outcome.NEEDS_LOOK


@pytest.mark.parametrize("after", ["Delete", "Snapshot", None])
def test_weaker_policy_is_stopped(after: str | None) -> None:
    found = observed(losses, {"A": BUCKET}, {"A": resource("AWS::S3::Bucket", keep=after)})
    assert {each.location for each in found} == {"DeletionPolicy", "UpdateReplacePolicy"}
    assert outcome(found) is Outcome.STOPPED
    assert {each.kind for each in found} == {Kind.RETENTION}


def test_stronger_policy_is_clean() -> None:
    assert observed(losses, {"A": QUEUE}, {"A": resource("AWS::SQS::Queue", keep="Retain")}) == []


def test_policy_of_a_stateless_resource_means_nothing() -> None:
    assert observed(losses, {"A": resource("AWS::IAM::Role")}, {"A": ROLE}) == []


def test_policy_known_only_at_deployment_needs_a_look() -> None:
    unknown = {**BUCKET, "DeletionPolicy": {"Fn::If": ["a", "Retain", "Delete"]}}
    (found,) = observed(losses, {"A": BUCKET}, {"A": unknown})
    assert (found.severity, "an expression" in found.sentence) == (Outcome.NEEDS_LOOK, True)
    assert "which the template does not tell" in said(observed(losses, {"A": unknown}, {}))


def test_condition_on_data_needs_a_look() -> None:
    assert outcome(observed(losses, {"A": BUCKET}, {"A": {**BUCKET, "Condition": "Wanted"}})) is Outcome.NEEDS_LOOK
    assert observed(losses, {"A": {**BUCKET, "Condition": "Wanted"}}, {"A": BUCKET}) == []


def test_changed_definition_of_a_condition_needs_a_look() -> None:
    held = {"A": {**BUCKET, "Condition": "Wanted"}}
    old = stack(held, sections={"Conditions": {"Wanted": {"Fn::Equals": ["a", "a"]}}})
    new = stack(held, sections={"Conditions": {"Wanted": {"Fn::Equals": ["a", "b"]}}})
    assert "depends on condition Wanted" in said(observed(losses, old, new))


@pytest.mark.parametrize(
    "value", [{"Ref": "Name"}, {"Fn::If": ["Name", "a", "b"]}, {"Fn::FindInMap": ["Name", "a", "b"]}]
)
def test_changed_definition_changes_the_properties_that_use_it(value: Any) -> None:
    sections = ("Parameters", "Conditions", "Mappings")
    held = {"A": changed(DATABASE, DBName=value, Tags=[{"Key": "a"}])}
    old = stack(held, sections={name: {"Name": {"x": 1}} for name in sections})
    new = stack(held, sections={name: {"Name": {"x": 2}} for name in sections})
    assert "because of DBName" in said(observed(losses, old, new))


def test_change_of_a_parameter_reaches_conditions_that_use_it() -> None:
    held = {"A": {**BUCKET, "Condition": "Outer"}}
    conditions = {"Inner": {"Fn::Equals": [{"Ref": "Size"}, "a"]}, "Outer": {"Condition": "Inner"}, "Other": {}}
    old, new = (
        stack(held, sections={"Conditions": conditions, "Parameters": {"Size": {"Default": value}}, "Mappings": 3})
        for value in "ab"
    )
    assert "depends on condition Outer" in said(observed(losses, old, new))


def test_bucket_that_is_emptied_from_now_on_is_stopped() -> None:
    custom = resource("Custom::S3AutoDeleteObjects", keep=None, BucketName={"Ref": "A"})
    assert "is emptied when it is deleted" in said(observed(losses, {"A": BUCKET}, {"A": BUCKET, "E": custom}))
    assert outcome(observed(losses, {"A": BUCKET}, {"A": BUCKET, "E": custom})) is Outcome.STOPPED


def test_bucket_that_is_new_may_be_emptied() -> None:
    custom = resource("Custom::S3AutoDeleteObjects", keep=None, BucketName={"Ref": "A"})
    assert observed(losses, {}, {"A": BUCKET, "E": custom}) == []
    odd = resource("Custom::S3AutoDeleteObjects", keep=None, BucketName="a")
    assert observed(losses, {}, {"A": BUCKET, "E": odd}) == []


@pytest.mark.parametrize(
    ("fields", "what"),
    [({"account": "9" * 12}, "account"), ({"region": "us-east-1"}, "Region"), ({"name": "other"}, "name")],
)
def test_stack_with_data_that_moves_is_stopped(fields: dict[str, Any], what: str) -> None:
    (found,) = observed(losses, stack({"A": BUCKET}), stack({"A": BUCKET}, **fields))
    assert (found.kind, found.severity) == (Kind.LOSS, Outcome.STOPPED)
    assert f"changes its {what} from" in found.sentence
    assert "Shop/Prod/Data/A" in found.sentence


def test_stack_with_disposable_data_that_moves_needs_a_look() -> None:
    found = observed(losses, stack({"A": QUEUE}), stack({"A": QUEUE}, name="other"))
    assert outcome(found) is Outcome.NEEDS_LOOK


def test_stack_without_data_that_moves_needs_a_look() -> None:
    found = observed(losses, stack({"A": ROLE}), stack({"A": ROLE}, name="other"))
    assert [(each.kind, each.severity) for each in found] == [(Kind.UNKNOWN, Outcome.NEEDS_LOOK)]
    unknown = resource("Custom::Thing")
    assert "may hold data" in said(observed(losses, stack({"A": unknown}), stack({"A": unknown}, name="other")))


def test_move_to_an_account_that_the_app_did_not_use_is_stopped() -> None:
    assert outcome(observed(losses, stack({"A": ROLE}), stack({"A": ROLE}, account="9" * 12))) is Outcome.STOPPED


def test_new_stack_in_an_account_that_the_app_did_not_use_needs_a_look() -> None:
    (found,) = losses(app(stack()), app(stack(), stack(path="New", name="new", account="9" * 12)))
    assert (found.severity, found.after) == (Outcome.NEEDS_LOOK, "999999999999")
    assert list(losses(app(stack()), app(stack(), stack(path="New", name="new")))) == []


def test_swapped_accounts_stop_both_stages() -> None:
    dev, prod = stack({"A": BUCKET}, path="Shop/Dev/Data", account="2" * 12), stack({"A": BUCKET})
    swapped = app(replace(dev, account=prod.account), replace(prod, account=dev.account))
    assert [each.severity for each in losses(app(dev, prod), swapped)] == [Outcome.STOPPED, Outcome.STOPPED]


def test_removed_stack_with_data_is_stopped_and_names_at_most_three() -> None:
    held = stack({f"B{n}": BUCKET for n in range(5)})
    (found,) = losses(app(held, stack(path="Other", name="other")), app(stack(path="Other", name="other")))
    assert found.severity is Outcome.STOPPED
    assert "is removed from the app" in found.sentence
    assert "and 2 more" in found.sentence


def test_renamed_stage_is_one_move_of_the_same_stack() -> None:
    old = stack({"A": BUCKET, "B": ROLE})
    new = stack({"A": BUCKET, "B": ROLE}, path="Shop/Live/Data", stage="Shop/Live", name="live-data")
    (found,) = losses(app(old), app(new))
    assert "changes its name from prod-data to live-data" in found.sentence


def test_renamed_construct_of_the_same_cloudformation_stack_loses_nothing() -> None:
    assert observed(losses, stack({"A": BUCKET}), stack({"A": BUCKET}, path="Shop/Prod/Other")) == []


def test_new_stack_that_shares_little_is_no_successor() -> None:
    old, new = stack({"A": BUCKET, "B": ROLE, "C": ROLE}), stack({"A": BUCKET}, path="New", name="new")
    assert "is removed from the app" in said(losses(app(old), app(new)))


def test_nested_stack_is_known_by_its_parent() -> None:
    parent = stack({}, path="S", name="s")
    nested = stack({"A": BUCKET}, path="S/In", name="In", parent="S")
    assert list(losses(app(parent, nested), app(parent, nested))) == []


def test_lost_termination_protection_is_stopped_where_there_is_data() -> None:
    on = {"termination_protection": True}
    assert outcome(observed(losses, stack({"A": BUCKET}, **on), stack({"A": BUCKET}))) is Outcome.STOPPED
    assert outcome(observed(losses, stack({"A": ROLE}, **on), stack({"A": ROLE}))) is Outcome.NEEDS_LOOK
    assert observed(losses, stack({"A": ROLE}), stack({"A": ROLE}, **on)) == []
