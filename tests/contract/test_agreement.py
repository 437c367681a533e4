"""Key policies, resource policies, and the policies of the bootstrap agree: a deployment needs every one of them."""

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.contract.agreement.acting import LINKED, PASSED, UNDER_ROLE
from tests.contract.agreement.contract import Findings, deployer, judge
from tests.contract.agreement.handlers import schema
from tests.contract.agreement.key_uses import KEY_USES
from tests.contract.agreement.policies import Request, Statement, allows
from tests.contract.agreement.stacks import Stack, read_stacks
from tests.contract.test_execution_policies import UNUSED, UNUSED_IN_TOOLS, WITHOUT_SCHEMA
from tests.stages import configured_stages, disposable, retained

Change = Callable[[dict[str, Any]], object]

KEPT = next(filter(retained, reversed(configured_stages())))
GONE = next(filter(disposable, configured_stages()))


@pytest.fixture(scope="module")
def stacks(assembly: Path) -> list[Stack]:
    return list(read_stacks(assembly))


def judged(stacks: list[Stack], **arguments: Any) -> Findings:
    return judge(stacks, unused=UNUSED, unused_in_tools=UNUSED_IN_TOOLS, **arguments)


def changed(stacks: list[Stack], name: str, change: Change) -> list[Stack]:
    """The same stacks, but for the resources of one of them."""
    found = []
    for stack in stacks:
        template = copy.deepcopy(dict(stack.template))
        if stack.name == name:
            change(template["Resources"])
        found.append(replace(stack, template=template))
    return found


def of_type(resources: dict[str, Any], kind: str, id_: str = "") -> dict[str, Any]:
    return next(r["Properties"] for own, r in resources.items() if r["Type"] == kind and own.startswith(id_))


def test_every_policy_allows_what_the_templates_need(stacks: list[Stack]) -> None:
    found = judged(stacks)
    assert found.lines == []
    assert found.seen["stacks"] == 1 + len(configured_stages())
    assert found.seen["resources"] > 180
    assert found.seen["keys"] > 30
    assert found.seen["questions"] > 1500


def test_no_row_is_there_for_nothing(stacks: list[Stack]) -> None:
    unused = {row for row in KEY_USES if row not in judged(stacks).used}
    # Only where the pipeline and a stage are in different Regions; tests/forms has those.
    assert {(row.kind, row.prop.partition(".")[0]) for row in unused} == {
        ("AWS::CodePipeline::Pipeline", "ArtifactStores"),
        ("AWS::KMS::Alias", "TargetKeyId"),
    }
    used = judged(stacks).used
    assert [row for row in PASSED if row not in used] == []
    assert [row for row in LINKED if row not in used] == []
    kinds = {resource["Type"] for stack in stacks for resource in stack.template["Resources"].values()}
    assert set(UNDER_ROLE) <= kinds
    assert all(row.source for row in KEY_USES)


def test_every_type_has_a_schema_or_a_list_of_its_own(stacks: list[Stack]) -> None:
    kinds = {resource["Type"] for stack in stacks for resource in stack.template["Resources"].values()}
    without = {kind for kind in kinds if schema(kind) is None and not kind.startswith("Custom::")}
    assert without <= set(WITHOUT_SCHEMA)


def without_backup(resources: dict[str, Any]) -> None:
    for statement in of_type(resources, "AWS::KMS::Key")["KeyPolicy"]["Statement"]:
        via = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService", [])
        via[:] = [service for service in via if not service.startswith("backup.")]


def with_a_table(resources: dict[str, Any]) -> None:
    key = {"Fn::GetAtt": ["EncryptionKey3A692D6E", "Arn"]}
    resources["Table"] = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {"SSESpecification": {"SSEEnabled": True, "KMSMasterKeyId": key}},
    }


def with_a_task(resources: dict[str, Any]) -> None:
    role = {"Fn::GetAtt": ["FunctionAccessRoleDC4B6D70", "Arn"]}
    (name,) = [id_ for id_, each in resources.items() if each["Type"] == "AWS::IAM::Role" and "FunctionAccess" in id_]
    role["Fn::GetAtt"][0] = name
    resources["Task"] = {"Type": "AWS::ECS::TaskDefinition", "Properties": {"TaskRoleArn": role}}


def clear(statements: list[Any]) -> None:
    statements.clear()


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (without_backup, "does not allow kms:CreateGrant through backup"),
        (without_backup, "does not allow kms:RetireGrant through backup"),
        (with_a_table, "SSESpecification.KMSMasterKeyId names a key, and no row of key_uses.py"),
        (with_a_task, "TaskRoleArn names a role, and no row of acting.py"),
        (
            lambda r: clear(of_type(r, "AWS::S3::BucketPolicy", "StorageLogs")["PolicyDocument"]["Statement"]),
            "does not let S3 deliver access logs",
        ),
        (
            lambda r: clear(of_type(r, "AWS::S3::BucketPolicy", "StorageData")["PolicyDocument"]["Statement"]),
            "does not let CloudFront read",
        ),
        (
            lambda r: of_type(r, "AWS::Logs::ResourcePolicy").update(PolicyDocument=json.dumps({"Statement": []})),
            "does not let WAF logs:PutLogEvents",
        ),
        (
            lambda r: clear(of_type(r, "AWS::IAM::ManagedPolicy", "DeadLetters")["PolicyDocument"]["Statement"]),
            "may not sqs:SendMessage",
        ),
        (
            lambda r: clear(of_type(r, "AWS::IAM::ManagedPolicy", "NetworkFlowLog")["PolicyDocument"]["Statement"]),
            "may not logs:PutLogEvents",
        ),
        (
            lambda r: of_type(r, "AWS::IAM::Role", "DatabaseMonitoring")["AssumeRolePolicyDocument"].update(
                Statement=[]
            ),
            "does not name monitoring.rds.amazonaws.com",
        ),
        (
            lambda r: clear(of_type(r, "AWS::KMS::Key")["KeyPolicy"]["Statement"]),
            "does not allow kms:GenerateDataKey to logs.us-east-1.amazonaws.com",
        ),
    ],
)
def test_policy_in_a_template_that_lacks_something_is_named(stacks: list[Stack], change: Change, line: str) -> None:
    where = f"{KEPT.stack_name} in {KEPT.account} {KEPT.region}: "
    assert any(line in each and each.startswith(where) for each in lines(stacks, change))


def lines(stacks: list[Stack], change: Change, name: str = KEPT.stack_name) -> list[str]:
    return judged(changed(stacks, name, change)).lines


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("AWS::S3::BucketPolicy", f"does not let arn:aws:iam::{GONE.account}:role/cdk-hnb659fds-deploy-role-"),
        ("AWS::KMS::Key", "decrypt artifacts"),
        ("AWS::IAM::Policy", "may not sns:Publish"),
        ("AWS::IAM::Policy", "(artifacts)"),
    ],
)
def test_policy_of_the_pipeline_that_lacks_something_is_named(stacks: list[Stack], kind: str, line: str) -> None:
    def change(resources: dict[str, Any]) -> None:
        for resource in resources.values():
            if resource["Type"] == kind:
                document = "KeyPolicy" if kind == "AWS::KMS::Key" else "PolicyDocument"
                clear(resource["Properties"][document]["Statement"])

    assert any(line in each for each in lines(stacks, change, "TapPipeline"))


@pytest.mark.parametrize(
    ("sid", "resources", "line"),
    [
        ("LogGroups", ["arn:*:logs:*:*:log-group:RDSOSMetrics:*"], "logs:TagResource on arn:aws:logs:us-east-1:"),
        ("KeysInUse", [], "kms:CreateGrant on arn:aws:kms:"),
        ("RolesOfTheWorkload", [], f"iam:PassRole on arn:aws:iam::{KEPT.account}:role/{KEPT.stack_name}-BackupsRole"),
        ("ServiceLinkedRoles", [], "iam:CreateServiceLinkedRole"),
        (
            "NetworkOnEverythingAlone",
            ["arn:*:cloudfront::*:origin-access-control/*"],
            "cloudfront:CreateOriginAccessControl on *",
        ),
        ("Buckets", [], f"s3:PutBucketAcl on arn:aws:s3:::{KEPT.stack_name}-storagelogs"),
    ],
)
def test_shipped_policy_that_lacks_something_is_named(
    stacks: list[Stack], sid: str, resources: list[str], line: str
) -> None:
    def narrowed(files: tuple[str, ...]) -> list[Statement]:
        return [{**s, "Resource": resources} if s["Sid"] == sid else s for s in deployer(files)]

    found = judged(stacks, policies=narrowed).lines
    assert any(f"bootstrap/ does not allow {line}" in each for each in found), found[:3]


def test_shipped_policy_without_an_action_is_named(stacks: list[Stack]) -> None:
    def without(files: tuple[str, ...]) -> list[Statement]:
        return [{**s, "Action": [a for a in s["Action"] if a != "ec2:CreateRoute"]} for s in deployer(files)]

    found = judged(stacks, policies=without).lines
    assert any(each.endswith("bootstrap/ does not allow ec2:CreateRoute on anything") for each in found)


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ({"NotAction": "s3:*"}, "NotAction is not understood"),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}, "IpAddress is not understood"),
    ],
)
def test_policy_that_can_t_be_decided_allows_nothing(statement: dict[str, Any], error: str) -> None:
    whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}
    with pytest.raises(ValueError, match=error):
        allows([whole], Request(action="s3:GetObject", resource="arn:aws:s3:::b/a"))


@pytest.mark.parametrize(
    ("conditions", "context", "allowed"),
    [
        ({"StringEquals": {"a:B": "x"}}, {"a:b": "x"}, True),
        ({"StringEquals": {"a:B": "x*"}}, {"a:b": "xy"}, False),
        ({"StringLike": {"a:B": ["x?"]}}, {"a:b": "xy"}, True),
        ({"StringEquals": {"a:B": "x"}}, {}, False),
        ({"StringEqualsIfExists": {"a:B": "x"}}, {}, True),
        ({"StringEqualsIfExists": {"a:B": "x"}}, {"a:b": "y"}, False),
    ],
)
def test_condition_holds_as_iam_decides_it(conditions: Any, context: dict[str, str], allowed: bool) -> None:  # noqa: FBT001 - a row of the table
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": conditions}
    request = Request(action="s3:GetObject", resource="arn:aws:s3:::b/a", context=context)
    assert allows([statement], request) is allowed
    assert not allows([statement, {**statement, "Effect": "Deny"}], request)
