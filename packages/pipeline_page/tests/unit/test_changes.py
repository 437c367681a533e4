import json
from typing import Any

import pytest
from tests.unit.shop import (
    BUILD,
    CHANGE_SET,
    PIPELINE,
    PLACE,
    PROD,
    ROLE,
    SYNTH,
    Shop,
    archive,
    ran,
    template,
)

from codepipeline_page.artifacts import LARGEST, Artifacts
from codepipeline_page.changes import Changes, StackChanges
from codepipeline_page.problems import PageError
from codepipeline_page.replacement import replaces
from codepipeline_page.templates import LONGEST, Change, compare, shown

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}


def prod(shop: Shop, *details: Any) -> StackChanges:
    shop.defines(BUILD, PROD)
    shop.ran(*details)
    (found,) = Changes(shop, PIPELINE, Artifacts(shop)).of("one", "Prod")
    return found


def prepared(status: str = "Succeeded", **result: Any) -> Any:
    return ran("Prod", "Prepare", status, provider="CloudFormation", start=5, **result)


def kinds(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(each.kind, each.logical_id) for each in changes]


def test_changes_compare_templates_before_the_change_set_exists() -> None:
    shop = Shop()
    shop.holds({"prod.template.json": template(Topic=TOPIC | {"Properties": {"DisplayName": "two"}})})
    shop.answers(
        "cloudformation",
        "get_template",
        {"TemplateBody": template(Topic=TOPIC).decode()},
        {"StackName": "prod", "TemplateStage": "Original"},
    )
    found = prod(shop, SYNTH)
    assert (found.source, found.stack, found.account, found.region) == ("templates", "prod", "3" * 12, "us-east-1")
    (change,) = found.changes
    (changed,) = change.properties
    assert (change.kind, changed.name, changed.before, changed.after) == ("changed", "DisplayName", '"one"', '"two"')
    assert ("cloudformation", ROLE, "us-east-1") in shop.asked


def test_every_resource_of_a_new_stack_is_added() -> None:
    shop = Shop()
    shop.holds({"prod.template.json": template(Topic=TOPIC)})
    shop.refuses("cloudformation", "get_template", "ValidationError", "Stack with id prod does not exist")
    assert kinds(prod(shop, SYNTH).changes) == [("added", "Topic")]


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError"])
def test_changes_raise_when_template_cannot_be_read(code: str) -> None:
    shop = Shop()
    shop.holds({"prod.template.json": template(Topic=TOPIC)})
    shop.refuses("cloudformation", "get_template", code, "not so")
    with pytest.raises(Exception, match="not so"):
        prod(shop, SYNTH)


def test_changes_reject_a_deployed_yaml_template() -> None:
    shop = Shop()
    shop.holds({"prod.template.json": template(Topic=TOPIC)})
    shop.answers("cloudformation", "get_template", {"TemplateBody": "Resources:\n  Topic: {}"})
    with pytest.raises(PageError, match=r"^prod: its deployed template is not JSON; review the change set instead$"):
        prod(shop, SYNTH)


def test_unknown_changes_have_a_note_with_the_reason() -> None:
    shop = Shop()
    assert prod(shop).note == "No action has written artifact Assembly yet."
    shop.holds({"other": b""})
    assert prod(shop, SYNTH).note == "Artifact Assembly has no file prod.template.json."
    assert prod(shop, SYNTH, prepared("InProgress")).note == "Prepare is creating the change set."
    assert prod(shop, SYNTH, prepared("Failed", errorDetails={"message": "denied"})).note == "denied"
    assert prod(shop, SYNTH, prepared(externalExecutionId="x")).note == "Prepare created no change set."


def test_change_set_pages_are_merged_with_losses_first() -> None:
    shop = Shop()

    def change(action: str, name: str, **more: Any) -> Any:
        resource = {"Action": action, "LogicalResourceId": name, "ResourceType": "AWS::SNS::Topic", **more}
        return {"Type": "Resource", "ResourceChange": resource}

    target = {"Attribute": "Properties", "Name": "TopicName", "RequiresRecreation": "Always"}
    details = [{"Target": target | {"BeforeValue": "a", "AfterValue": "b"}}, {"Target": {"Attribute": "Tags"}}]
    asked = {"ChangeSetName": CHANGE_SET, "StackName": "prod", "IncludePropertyValues": True}
    shop.answers(
        "cloudformation",
        "describe_change_set",
        {"Changes": [change("Add", "New"), change("Modify", "Same", Replacement="False"), {}], "NextToken": "more"},
        asked,
    )
    shop.answers(
        "cloudformation",
        "describe_change_set",
        {
            "Changes": [
                change("Modify", "Other", Replacement="True", Details=details, PolicyAction="ReplaceAndRetain"),
                change("Modify", "Perhaps", Replacement="Conditional", Details=[{"Target": {"Name": "Tags"}}]),
                change("Remove", "Gone", PhysicalResourceId="arn"),
                change("Dynamic", "Nested"),
            ]
        },
        asked | {"NextToken": "more"},
    )
    found = prod(shop, SYNTH, prepared(externalExecutionId=CHANGE_SET))
    assert found.source == "change set"
    assert kinds(found.changes) == [
        ("removed", "Gone"),
        ("replaced", "Other"),
        ("perhaps", "Nested"),
        ("perhaps", "Perhaps"),
        ("changed", "Same"),
        ("added", "New"),
    ]
    other = found.changes[1]
    (changed,) = other.properties
    assert (changed.name, changed.before, changed.after, changed.replaces) == ("TopicName", '"a"', '"b"', "yes")
    assert (other.kept, found.changes[0].kept, found.changes[0].physical_id) == (True, False, "arn")
    (unknown,) = found.changes[3].properties
    assert (unknown.before, unknown.after, unknown.replaces) == ("", "", "no")


def test_missing_change_set_is_noted_and_denied_one_raises() -> None:
    shop = Shop()
    shop.refuses("cloudformation", "describe_change_set", "ChangeSetNotFound")
    run = prepared(externalExecutionId=CHANGE_SET)
    assert prod(shop, SYNTH, run).note == "The change set no longer exists: a newer execution replaced it."
    shop.refuses("cloudformation", "describe_change_set", "AccessDenied", "not so")
    with pytest.raises(Exception, match="not so"):
        prod(shop, SYNTH, run)


def test_changes_reject_unknown_stage() -> None:
    shop = Shop()
    shop.defines(BUILD)
    shop.ran()
    changes = Changes(shop, PIPELINE, Artifacts(shop))
    with pytest.raises(PageError, match=r"^delivery: no stage Prod; reload the page$"):
        changes.of("one", "Prod")


def test_artifacts_caches_the_last_four_objects() -> None:
    shop = Shop()
    artifacts = Artifacts(shop)
    shop.holds({"a": b"first"})
    assert [artifacts.file(PLACE, "a") for _ in range(2)] == [b"first", b"first"]
    for number in range(4):
        body = archive({"a": b"other"})
        shop.answers("s3", "get_object", {"Body": _Body(body), "ContentLength": len(body)})
        assert artifacts.file((PLACE[0], str(number)), "a") == b"other"
    shop.holds({"a": b"again"})
    assert artifacts.file(PLACE, "a") == b"again"


def test_artifacts_reject_non_archives_and_large_objects() -> None:
    shop = Shop()
    artifacts = Artifacts(shop)
    shop.holds(b"no archive")
    with pytest.raises(PageError, match=r"^s3://artifacts/assembly: not a zip archive; download it instead$"):
        artifacts.file(PLACE, "a")
    shop.answers("s3", "get_object", {"Body": _Body(b""), "ContentLength": LARGEST + 1})
    with pytest.raises(
        PageError, match=r"^s3://artifacts/large: 268435457 bytes, too large for the page; download it instead$"
    ):
        artifacts.file((PLACE[0], "large"), "a")


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self) -> bytes:
        return self._content


# Templates


def table(path: str) -> Any:
    return {"Type": "AWS::DynamoDB::Table", "Metadata": {"aws:cdk:path": f"Shop/{path}/Resource"}}


def test_compare_reports_added_removed_and_changed_resources_only() -> None:
    def never(type_: str, path: str) -> str:
        return {"Name": "yes", "Perhaps.Deep": "perhaps"}.get(path, "no")

    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    before = {
        "Resources": {
            "Same": table("Same") | {"Properties": {"A": 1}},
            "Gone": table("Gone"),
            "Kept": table("Kept") | kept,
            "Named": table("Named") | kept | {"Properties": {"Name": "a", "Same": {"B": 1}}},
            "Perhaps": table("Perhaps") | {"Properties": {"Perhaps": {"Deep": 1, "Left": [1]}}},
            "Reference": table("Reference") | {"Properties": {"To": {"Ref": "One"}}},
            "Policy": table("Policy") | {"DeletionPolicy": "Delete"},
            "Other": table("Other"),
        }
    }
    after = {
        "Resources": {
            "Same": table("Moved") | {"Properties": {"A": 1}},
            "New": table("New"),
            "Named": table("Named") | {"Properties": {"Name": "b", "Same": {"B": 1}}},
            "Perhaps": table("Perhaps") | {"Properties": {"Perhaps": {"Deep": 2}, "More": True}},
            "Reference": table("Reference") | {"Properties": {"To": {"Fn::GetAtt": ["One", "Arn"]}}},
            "Policy": table("Policy") | {"DeletionPolicy": "Retain"},
            "Other": {"Type": "AWS::SNS::Topic"},
        }
    }
    found = compare(before, after, never)
    assert kinds(found) == [
        ("removed", "Gone"),
        ("removed", "Kept"),
        ("replaced", "Named"),
        ("replaced", "Other"),
        ("perhaps", "Perhaps"),
        ("changed", "Policy"),
        ("changed", "Reference"),
        ("added", "New"),
    ]
    told = {each.logical_id: each for each in found}
    assert [each.kept for each in found] == [False, True, True, False, False, False, False, False]
    assert (told["New"].path, told["New"].type) == ("Shop/New", "AWS::DynamoDB::Table")
    assert [(each.name, each.before, each.after) for each in told["Perhaps"].properties] == [
        ("More", "", "true"),
        ("Perhaps.Deep", "1", "2"),
        ("Perhaps.Left", "[1]", ""),
    ]
    assert [each.name for each in told["Reference"].properties] == ["To"]
    assert [(each.name, each.before, each.after) for each in told["Policy"].properties] == [
        ("DeletionPolicy", '"Delete"', '"Retain"')
    ]
    assert compare(after, json.loads(json.dumps(after)), never) == ()


def test_shown_truncates_long_values() -> None:
    assert shown("x" * LONGEST) == f'"{"x" * (LONGEST - 1)}…'


@pytest.mark.parametrize(
    ("type_", "path", "expected"),
    [
        ("AWS::SNS::Topic", "TopicName", "yes"),
        ("AWS::SNS::Topic", "DisplayName", "no"),
        ("AWS::RDS::DBInstance", "EngineVersion", "no"),
        ("AWS::RDS::DBInstance", "AvailabilityZone", "perhaps"),
        ("AWS::EC2::LaunchTemplate", "LaunchTemplateData.ImageId", "no"),
        ("AWS::Nothing::Published", "Anything", "no"),
    ],
)
def test_replaces_follows_published_schema(type_: str, path: str, expected: str) -> None:
    assert replaces(type_, path) == expected
