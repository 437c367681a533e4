import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from steps import guard

ROLE = "arn:aws:iam::333333333333:role/cdk-hnb659fds-lookup-role-333333333333-us-east-1"
ENVIRONMENT = {
    "LOOKUP_ROLE_ARN": ROLE,
    "STACK_NAME": "prod-tap",
    "CHANGE_SET_NAME": "PipelineChange",
    "STAGE_ADDRESS": "TapPipeline/Prod",
    "STAGE_REGION": "us-east-1",
}
INSTANCE = "TapPipeline/Prod/Tap/Database/Instance/Resource"
TEMPLATE = {"TemplateBody": {"Resources": {"Db": {"Metadata": {"aws:cdk:path": INSTANCE}}, "Other": {}}}}
REPLACED = {
    "Action": "Modify",
    "LogicalResourceId": "Db",
    "PhysicalResourceId": "prod-tap",
    "ResourceType": "AWS::RDS::DBInstance",
    "Replacement": "True",
    "Details": [{"Target": {"Attribute": "Properties", "Name": "DBName", "RequiresRecreation": "Always"}}],
}


class CloudFormation:
    """One change set, in two pages."""

    def __init__(self, *changes: Mapping[str, Any]) -> None:
        self.changes = changes

    def get_paginator(self, _: str) -> "CloudFormation":
        return self

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        assert asked == {"StackName": "prod-tap", "ChangeSetName": "PipelineChange"}
        yield {"Changes": []}
        yield {"Changes": [{"ResourceChange": each} for each in self.changes]}

    def get_template(self, **_: str) -> Any:
        return TEMPLATE


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *changes: Mapping[str, Any], signed: str = "[]") -> Result:
    (folder / "review").mkdir()
    (folder / "signed-off.yaml").write_text(signed)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("steps.guard.client_under", lambda *_, **__: CloudFormation(*changes))
    return CliRunner().invoke(guard.main, env=ENVIRONMENT)


def entry(stage: str = "TapPipeline/Prod", resource: str = INSTANCE) -> str:
    return json.dumps([{"stage": stage, "resource": resource, "reason": "The data moved to the new instance."}])


def test_a_change_set_that_takes_no_data_away_goes_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, {**REPLACED, "Replacement": "False"})
    assert (result.exit_code, result.stderr) == (0, "")
    assert "PipelineChange takes no data away" in result.stdout


def test_a_replaced_database_stops_it_with_what_why_and_how_to_mend(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = run(monkeypatch, tmp_path, REPLACED)
    assert result.exit_code == 1
    assert result.stderr == (
        f"prod-tap in 333333333333 us-east-1: {INSTANCE} (AWS::RDS::DBInstance prod-tap) would be replaced by a new, "
        "empty one because of DBName. Nothing was executed. Take the change back, or agree to it in "
        "signed-off.yaml under stage TapPipeline/Prod, and push.\n"
    )


def test_what_a_review_signed_off_goes_through_and_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, REPLACED, signed=entry())
    assert result.exit_code == 0
    assert "signed off: The data moved to the new instance." in result.stdout


@pytest.mark.parametrize("signed", [entry(stage="TapPipeline/Dev"), entry(resource="TapPipeline/Prod/Tap/Other")])
def test_a_signature_for_another_stage_or_resource_agrees_to_nothing(
    signed: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert run(monkeypatch, tmp_path, REPLACED, signed=signed).exit_code == 1


def test_a_sign_off_file_that_can_t_be_read_lets_nothing_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = run(monkeypatch, tmp_path, signed="- stage: only")
    assert result.exit_code == 2
    assert "can't tell what PipelineChange takes away" in result.stderr


def test_an_account_that_does_not_answer_lets_nothing_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: Any, **asked: Any) -> None:
        (statement,) = asked["only"]["Statement"]
        assert statement["Resource"] == "arn:aws:cloudformation:us-east-1:333333333333:stack/prod-tap/*"
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")

    monkeypatch.setattr("steps.guard.client_under", denied)
    result = CliRunner().invoke(guard.main, env=ENVIRONMENT)
    assert result.exit_code == 2
    assert "AccessDenied" in result.stderr


class WithoutChangeSet(CloudFormation):
    """A stack in some state, of which the change set is answered with an error."""

    def __init__(self, status: str, code: str = "ChangeSetNotFound") -> None:
        super().__init__()
        self.status, self.code = status, code

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "DescribeChangeSet")

    def describe_stacks(self, **asked: str) -> Any:
        assert asked == {"StackName": "prod-tap"}
        return {"Stacks": [{"StackStatus": self.status}]}


def judged(monkeypatch: pytest.MonkeyPatch, answer: CloudFormation) -> Result:
    monkeypatch.setattr("steps.guard.client_under", lambda *_, **__: answer)
    return CliRunner().invoke(guard.main, env=ENVIRONMENT)


def test_settled_stack_without_a_change_set_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    result = judged(monkeypatch, WithoutChangeSet("UPDATE_COMPLETE"))
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "answer",
    [
        WithoutChangeSet("REVIEW_IN_PROGRESS"),
        WithoutChangeSet("UPDATE_IN_PROGRESS"),
        WithoutChangeSet("ROLLBACK_COMPLETE"),
        WithoutChangeSet("UPDATE_ROLLBACK_FAILED"),
        WithoutChangeSet("UPDATE_COMPLETE", code="AccessDenied"),
    ],
)
def test_change_set_that_can_t_be_read_otherwise_lets_nothing_through(
    monkeypatch: pytest.MonkeyPatch, answer: WithoutChangeSet
) -> None:
    result = judged(monkeypatch, answer)
    assert result.exit_code == 2
    assert "can't tell what PipelineChange takes away" in result.stderr
