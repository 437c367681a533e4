import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result

from cdk_assembly import Assembly, Stack
from cdk_verdict import Kind, judge_assemblies
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
OWNED = {".github/CODEOWNERS": "* @owner"}


def template(**properties: Any) -> dict[str, Any]:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": properties, "Metadata": {"aws:cdk:path": INSTANCE}}
    return {"Resources": {"Other": {"Type": "AWS::SNS::Topic"}, "Db": database}}


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

    def __init__(self, *changes: Mapping[str, Any], before: Any = None, after: Any = None) -> None:
        self.changes = changes
        self.templates = before or template(DBName="a"), after or template(DBName="b")

    def get_paginator(self, _: str) -> "CloudFormation":
        return self

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        assert asked == {"StackName": "prod-tap", "ChangeSetName": "PipelineChange"}
        yield {"Changes": []}
        yield {"Changes": [{"ResourceChange": each} for each in self.changes]}

    def get_template(self, **asked: str) -> Any:
        return {"TemplateBody": self.templates["ChangeSetName" in asked]}


def run(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    *changes: Mapping[str, Any],
    signed: Any = "[]",
    files: Any = OWNED,
    **templates: Any,
) -> Result:
    for name, content in {"signed-off.yaml": signed, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("steps.guard.client_under", lambda *_, **__: CloudFormation(*changes, **templates))
    return CliRunner().invoke(guard.main, env=ENVIRONMENT)


def entries(*digests: str, stage: str = "TapPipeline/Prod") -> str:
    reason = "The data moved to the new instance."
    return json.dumps([{"digest": digest, "stages": [stage], "reason": reason} for digest in digests])


def printed(result: Result) -> list[str]:
    """The digests that the guard asks for."""
    return re.findall(r"digest: (\w+)", result.stderr)


def reported(folder: Path) -> list[str]:
    """The digests of the losses in the report on the same change."""
    found = []
    for name in ("a", "b"):
        stack = Stack(
            path="TapPipeline/Prod/Tap",
            name="prod-tap",
            stage="TapPipeline/Prod",
            account="333333333333",
            region="us-east-1",
            file="",
            template=template(DBName=name),
        )
        found.append(Assembly(folder=folder, stacks={stack.path: stack}))
    return [each.digest for each in judge_assemblies(*found).observations if each.kind is Kind.LOSS]


def test_a_change_set_that_takes_no_data_away_goes_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, {**REPLACED, "Replacement": "False"})
    assert (result.exit_code, result.stderr) == (0, "")
    assert "PipelineChange takes no data away" in result.stdout


def test_replaced_database_stops_it_with_cause_and_remedy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, REPLACED)
    assert result.exit_code == 1
    (digest,) = printed(result)
    assert result.stderr == (
        f"prod-tap in 333333333333 us-east-1: {INSTANCE} (AWS::RDS::DBInstance prod-tap) would be replaced by a new, "
        "empty one because of DBName. Nothing was executed. Revert the change, or agree to it in signed-off.yaml with "
        f"{{digest: {digest}, stages: [TapPipeline/Prod], reason: ...}}, and push.\n"
    )


def test_sign_off_of_the_report_lets_the_change_set_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, REPLACED, signed=entries(*reported(tmp_path)))
    assert result.exit_code == 0, result.output
    assert "signed off: The data moved to the new instance." in result.stdout


def test_loss_that_templates_do_not_show_has_a_digest_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    same = {"before": template(), "after": template()}
    (digest,) = printed(run(monkeypatch, tmp_path, REPLACED, **same))
    assert digest not in reported(tmp_path)
    assert run(monkeypatch, tmp_path, REPLACED, signed=entries(digest), **same).exit_code == 0


def test_every_loss_of_a_resource_has_to_be_signed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    after = template(DBName="b")
    after["Resources"]["Db"]["Condition"] = "Sometimes"
    both = printed(run(monkeypatch, tmp_path, REPLACED, after=after))
    assert len(both) == 2
    assert run(monkeypatch, tmp_path, REPLACED, after=after, signed=entries(both[0])).exit_code == 1
    assert run(monkeypatch, tmp_path, REPLACED, after=after, signed=entries(*both)).exit_code == 0


def test_resource_without_construct_path_is_named_by_its_logical_id(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty: dict[str, Any] = {"Resources": {}}
    result = run(monkeypatch, tmp_path, REPLACED, before=empty, after=empty)
    assert "us-east-1: Db (AWS::RDS::DBInstance prod-tap) would be replaced" in result.stderr


def test_sign_off_for_another_stage_agrees_to_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    signed = entries(*reported(tmp_path), stage="TapPipeline/Dev")
    assert run(monkeypatch, tmp_path, REPLACED, signed=signed).exit_code == 1


def test_sign_off_in_a_file_without_code_owner_agrees_to_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    result = run(monkeypatch, tmp_path, REPLACED, signed=entries(*reported(tmp_path)), files={})
    assert result.exit_code == 1
    assert "signed-off.yaml, which no code owner has to approve" in result.stderr


@pytest.mark.parametrize("signed", ["- stage: only", "- 3"])
def test_a_sign_off_file_that_can_t_be_read_lets_nothing_through(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, signed: str
) -> None:
    result = run(monkeypatch, tmp_path, REPLACED, signed=signed)
    assert result.exit_code == 2
    assert "can't tell what PipelineChange takes away: signed-off.yaml: entry 1" in result.stderr


def test_template_that_is_not_json_lets_nothing_through(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = run(monkeypatch, tmp_path, REPLACED, before="Resources: {}")
    assert result.exit_code == 2
    assert "its template is not JSON" in result.stderr


def test_role_that_is_not_an_arn_is_misuse() -> None:
    result = CliRunner().invoke(guard.main, env={**ENVIRONMENT, "LOOKUP_ROLE_ARN": "lookup"})
    assert result.exit_code == 2
    assert "'lookup' is not an ARN" in result.stderr


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
