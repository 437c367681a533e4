"""A reviewer sees what becomes of every resource, and above all of the data."""

import copy
from pathlib import Path
from typing import Any

import pytest
from tests.unit.comparing import PROD, STACK, built, reviewed, stage_of

from cdk_review.model.deployment import Property, Resource, Stage
from cdk_review.model.report import Report
from delivery_testing.assemblies import Written, resource, template

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
DATABASE = resource("AWS::RDS::DBInstance", f"{STACK}/Database/Resource", {"DBName": "tap", "Port": "5432"}, **KEPT)
BUCKET = resource("AWS::S3::Bucket", f"{STACK}/Bucket/Resource", {"BucketName": "b"}, **KEPT)
TOPIC = resource("AWS::SNS::Topic", f"{STACK}/Topic/Resource", {"DisplayName": "t"})


def the_stage(report: Report) -> Stage:
    (stage,) = report.stages
    return stage


def the_resource(report: Report) -> Resource:
    (found,) = the_stage(report).resources
    return found


def changed(item: dict[str, Any], **properties: Any) -> dict[str, Any]:
    other = copy.deepcopy(item)
    other["Properties"] |= properties
    return other


def test_nothing_is_said_of_what_stays_as_it_is(tmp_path: Path) -> None:
    report = reviewed(tmp_path, template(Database=DATABASE), template(Database=DATABASE))
    assert (report.stages, report.access, report.guards, report.verdict.exit_code) == ((), (), (), 0)


@pytest.mark.parametrize(
    ("before", "after", "change", "destructive"),
    [
        ({}, {"Database": DATABASE}, "added", False),
        ({"Database": DATABASE}, {"Database": changed(DATABASE, DBInstanceClass="db.t3.micro")}, "changed", False),
        ({"Database": DATABASE}, {"Database": changed(DATABASE, DBName="other")}, "replaced", True),
        ({"Database": DATABASE}, {}, "left behind", True),
        ({"Database": {**DATABASE, "DeletionPolicy": "Snapshot"}}, {}, "removed", True),
        ({"Database": DATABASE}, {"Database": {**BUCKET, "Properties": {}}}, "replaced", True),
    ],
)
def test_data_in_a_stage_that_retains_is_not_lost_unseen(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any], change: str, *, destructive: bool
) -> None:
    found = the_resource(reviewed(tmp_path, template(**before), template(**after)))
    assert (found.change, found.destructive, found.stateful) == (change, destructive, True)


def test_a_change_that_may_replace_data_counts_as_one_that_does(tmp_path: Path) -> None:
    cache = resource("AWS::ElastiCache::ReplicationGroup", f"{STACK}/Cache", {"NumNodeGroups": 1}, **KEPT)
    report = reviewed(tmp_path, template(Cache=cache), template(Cache=changed(cache, NumNodeGroups=2)))
    found = the_resource(report)
    assert (found.change, found.destructive) == ("perhaps replaced", True)
    assert [item.replaces for item in found.properties] == [True]


def test_same_loss_needs_a_look_in_a_stage_that_keeps_nothing(tmp_path: Path) -> None:
    short_lived = {**DATABASE, "DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}
    report = reviewed(tmp_path, template(Database=short_lived), template())
    assert the_stage(report).retains is False
    assert (the_resource(report).change, the_resource(report).destructive) == ("removed", False)
    assert report.verdict.exit_code == 3


def test_what_holds_no_data_may_go(tmp_path: Path) -> None:
    report = reviewed(tmp_path, template(Bucket=BUCKET, Topic=TOPIC), template(Bucket=BUCKET))
    assert (the_resource(report).change, the_resource(report).destructive) == ("removed", False)


@pytest.mark.parametrize("policy", ["DeletionPolicy", "UpdateReplacePolicy"])
def test_letting_go_of_data_counts_as_losing_it(tmp_path: Path, policy: str) -> None:
    report = reviewed(tmp_path, template(Database=DATABASE), template(Database={**DATABASE, policy: "Delete"}))
    found = the_resource(report)
    assert (found.change, found.destructive) == ("changed", True)
    assert found.properties == (Property(name=policy, before="Retain", after="Delete"),)
    assert report.verdict.exit_code == 1


def test_a_whole_stage_that_goes_takes_its_data_along(tmp_path: Path) -> None:
    base = stage_of(tmp_path / "base", template(Database=DATABASE)).stack("App", template(Topic=TOPIC))
    head = Written(tmp_path / "head").stack("App", template(Topic=TOPIC))
    report = built(tmp_path, base, head)
    assert the_stage(report).address == PROD
    assert the_resource(report).destructive is True


def test_a_stage_that_comes_loses_nothing(tmp_path: Path) -> None:
    base = Written(tmp_path / "base").stack("App", template(Topic=TOPIC))
    head = stage_of(tmp_path / "head", template(Database=DATABASE)).stack("App", template(Topic=TOPIC))
    assert [item.change for item in the_stage(built(tmp_path, base, head)).resources] == ["added"]


def test_stacks_of_one_stage_are_told_of_together_and_in_order(tmp_path: Path) -> None:
    def written(name: str, *, topic: dict[str, Any]) -> Written:
        document = template(Topic=topic, Database=DATABASE)
        return (
            Written(tmp_path / name)
            .stack("App/Prod/Tap", document, stage="App/Prod")
            .stack("App/Dev/Tap", template(Topic=topic), stage="App/Dev")
            .stack("App/Prod/Edge", template(Topic=topic), stage="App/Prod")
        )

    report = built(tmp_path, written("base", topic=TOPIC), written("head", topic=changed(TOPIC, DisplayName="u")))
    assert [(stage.address, stage.retains) for stage in report.stages] == [("App/Prod", True), ("App/Dev", False)]
    assert [item.stack for item in report.stages[0].resources] == ["App/Prod/Tap", "App/Prod/Edge"]


def test_values_say_where_they_differ(tmp_path: Path) -> None:
    before = changed(TOPIC, DisplayName="t", Subscription=[{"Endpoint": "a"}], Tags=[{"Key": "a", "Value": "1"}])
    after = changed(
        TOPIC, DisplayName="u", Subscription=[{"Endpoint": "a"}, {"Endpoint": "b"}], Tags=[{"Key": "a", "Value": "2"}]
    )
    found = the_resource(reviewed(tmp_path, template(Topic=before), template(Topic=after)))
    assert {(item.name, item.before, item.after) for item in found.properties} == {
        ("DisplayName", "t", "u"),
        ("Subscription[1]", None, '{"Endpoint": "b"}'),
        ("Tags[0].Value", "1", "2"),
    }


def test_what_is_gone_from_a_list_is_named(tmp_path: Path) -> None:
    before = changed(TOPIC, Subscription=[{"Endpoint": "a"}, {"Endpoint": "b"}])
    after = changed(TOPIC, Subscription=[{"Endpoint": "b"}])
    found = the_resource(reviewed(tmp_path, template(Topic=before), template(Topic=after)))
    assert [(item.name, item.before, item.after) for item in found.properties] == [
        ("Subscription[0]", '{"Endpoint": "a"}', None)
    ]


def test_a_property_that_differs_everywhere_is_shown_whole_and_cut(tmp_path: Path) -> None:
    before, after = ({"Subscription": [{f"k{place}": value} for place in range(40)]} for value in ("a", "b"))
    found = the_resource(
        reviewed(tmp_path, template(Topic=changed(TOPIC, **before)), template(Topic=changed(TOPIC, **after)))
    )
    (item,) = found.properties
    assert item.name == "Subscription"
    assert item.after is not None
    assert item.after.endswith("characters)")
    assert len(item.after) < 400


def test_a_list_whose_items_only_repeat_is_shown_whole(tmp_path: Path) -> None:
    before, after = changed(TOPIC, Subscription=["a"]), changed(TOPIC, Subscription=["a", "a"])
    found = the_resource(reviewed(tmp_path, template(Topic=before), template(Topic=after)))
    assert [(item.name, item.before, item.after) for item in found.properties] == [
        ("Subscription", '["a"]', '["a", "a"]')
    ]


def test_the_cdks_own_metadata_is_no_change(tmp_path: Path) -> None:
    moved = copy.deepcopy(TOPIC)
    moved["Metadata"]["aws:asset:path"] = "asset.x"
    assert reviewed(tmp_path / "own", template(Topic=TOPIC), template(Topic=moved)).stages == ()
    moved["Metadata"]["AWS::CloudFormation::Init"] = {"config": {}}
    found = the_resource(reviewed(tmp_path / "init", template(Topic=TOPIC), template(Topic=moved)))
    assert {item.name for item in found.properties} == {"Metadata.aws:asset:path", "Metadata.AWS::CloudFormation::Init"}
    without = {key: value for key, value in TOPIC.items() if key != "Metadata"}
    assert (
        reviewed(tmp_path / "none", template(Topic=without), template(Topic={**without, "Metadata": {}})).stages == ()
    )


def test_outputs_parameters_and_the_like_are_told_of(tmp_path: Path) -> None:
    before = template(Topic=TOPIC) | {"Outputs": {"Old": {"Value": 1}, "Kept": {"Value": 1}}, "Description": "a"}
    after = template(Topic=TOPIC) | {
        "Outputs": {"Kept": {"Value": 2}},
        "Parameters": {"New": {"Type": "String"}},
        "Description": "b",
    }
    others = the_stage(reviewed(tmp_path, before, after)).others
    assert {(item.section, item.name, item.change) for item in others} == {
        ("outputs", "Old", "removed"),
        ("outputs", "Kept", "changed"),
        ("parameters", "New", "added"),
        ("template", "description", "changed"),
    }


def test_assets_are_called_by_name_in_values(tmp_path: Path) -> None:
    def written(name: str, hash_: str) -> Written:
        function = resource("AWS::Lambda::Function", f"{STACK}/F", {"Code": {"S3Key": f"{hash_}.zip"}})
        written = stage_of(tmp_path / name, template(Function=function, Bucket=BUCKET))
        return written.asset(STACK, "F/Code", hash_, {"main.py": name}, stage=PROD)

    found = the_resource(built(tmp_path, written("base", "a" * 64), written("head", "b" * 64)))
    assert found.properties == (
        Property(name="Code.S3Key", before="<F/Code aaaaaaaa>.zip", after="<F/Code bbbbbbbb>.zip"),
    )


def test_a_type_that_the_engine_does_not_know_is_told_of_all_the_same(tmp_path: Path) -> None:
    own = resource("Custom::Own", f"{STACK}/Own", {"Text": "a"})
    found = the_resource(reviewed(tmp_path, template(Own=own), template(Own=changed(own, Text="b"))))
    assert (found.type, found.change) == ("Custom::Own", "changed")


def test_account_ids_become_names_unless_told_otherwise(tmp_path: Path) -> None:
    before, after = changed(TOPIC, DisplayName="of 123456789012"), changed(TOPIC, DisplayName="of 999999999999")
    masked = reviewed(tmp_path / "masked", template(Topic=before), template(Topic=after))
    assert the_resource(masked).properties[0].before == "of account-1"
    assert the_resource(masked).properties[0].after == "of account-2"
    assert the_stage(masked).environments == ("aws://account-1/us-east-1",)
    shown = reviewed(tmp_path / "shown", template(Topic=before), template(Topic=after), show_accounts=True)
    assert the_resource(shown).properties[0].before == "of 123456789012"
    assert "123456789012" not in masked.model_dump_json()
