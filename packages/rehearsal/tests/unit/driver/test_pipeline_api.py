import datetime as dt
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from cdk_rehearsal.driver.pipeline_api import ActionRun, Approval, PipelineApi, WaitingRule

NAME = {"pipelineName": "delivery"}
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
END = START + dt.timedelta(seconds=3)
KINDS = {
    "Approval": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"},
    "Build": {"category": "Build", "owner": "AWS", "provider": "CodeBuild", "version": "1"},
}


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client("codepipeline", "eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def api(stub: Stubber) -> PipelineApi:
    return PipelineApi(stub.client, "delivery")


def detail(action: str, status: str, kind: str, output: dict[str, Any], started: dt.datetime = START) -> dict[str, Any]:
    return {
        "stageName": "Build",
        "actionName": action,
        "status": status,
        "startTime": started,
        "lastUpdateTime": END,
        "input": {"actionTypeId": KINDS[kind]},
        "output": output,
    }


def test_actions_come_in_the_order_in_which_they_started(stub: Stubber, api: PipelineApi) -> None:
    artifact = {"name": "Out", "s3location": {"bucket": "artifacts", "key": "k"}}
    done = {"outputArtifacts": [artifact], "executionResult": {"externalExecutionSummary": "built"}}
    later = detail("Second", "InProgress", "Approval", {}, START + dt.timedelta(seconds=1))
    pages = [[later], [detail("First", "Succeeded", "Build", done)]]
    expected = {**NAME, "filter": {"pipelineExecutionId": "one"}}
    stub.add_response("list_action_executions", {"actionExecutionDetails": pages[0], "nextToken": "t"}, expected)
    stub.add_response("list_action_executions", {"actionExecutionDetails": pages[1]}, {**expected, "nextToken": "t"})
    first, second = api.actions("one")
    assert first.name == "Build · First"
    assert (first.seconds, first.summary, first.outputs) == (3.0, "built", {"Out": ("artifacts", "k")})
    assert (second.category, second.seconds, second.ended) == ("Approval", None, None)


def test_every_approval_that_waits_is_found_with_its_execution(stub: Stubber, api: PipelineApi) -> None:
    waits = {"actionName": "Approve", "latestExecution": {"token": "t"}}
    done = {"actionName": "Build", "latestExecution": {"status": "Succeeded"}}
    execution = {"pipelineExecutionId": "one", "status": "InProgress"}
    stages = [
        {"stageName": "Build", "actionStates": [done, {"actionName": "Never"}]},
        {"stageName": "Prod", "actionStates": [waits], "latestExecution": execution},
    ]
    stub.add_response("get_pipeline_state", {"stageStates": stages}, {"name": "delivery"})
    assert api.approvals() == [Approval(stage="Prod", action="Approve", token="t", execution="one")]


def test_the_newest_execution_is_the_first_listed(stub: Stubber, api: PipelineApi) -> None:
    for found, expected in (([{"pipelineExecutionId": "new"}], "new"), ([], None)):
        stub.add_response("list_pipeline_executions", {"pipelineExecutionSummaries": found}, {**NAME, "maxResults": 1})
        assert api.newest_execution() == expected


def test_an_execution_s_status_comes_with_its_reason(stub: Stubber, api: PipelineApi) -> None:
    expected = {**NAME, "pipelineExecutionId": "one"}
    for extra, reason in (({"statusSummary": "why"}, "why"), ({}, "")):
        execution = {"status": "Failed", **extra}
        stub.add_response("get_pipeline_execution", {"pipelineExecution": execution}, expected)
        assert api.status("one") == ("Failed", reason)


def test_an_approval_is_answered_with_its_token(stub: Stubber, api: PipelineApi) -> None:
    states = [
        {"actionName": "Other"},
        {"actionName": "Approve", "latestExecution": {"status": "InProgress", "token": "0123"}},
    ]
    stages = [{"stageName": "Dev", "actionStates": states[:1]}, {"stageName": "Prod", "actionStates": states}]
    stub.add_response("get_pipeline_state", {"stageStates": stages}, {"name": "delivery"})
    for status in ("Approved", "Rejected"):
        stub.add_response(
            "put_approval_result",
            {},
            {
                **NAME,
                "stageName": "Prod",
                "actionName": "Approve",
                "token": "0123",
                "result": {"status": status, "summary": "said so"},
            },
        )
    approval = api.approval(_waiting("Prod", "Approve"))
    assert approval == Approval(stage="Prod", action="Approve", token="0123")
    api.answer(approval, approved=True, summary="said so")
    api.answer(approval, approved=False, summary="said so")


def test_an_approval_that_no_longer_waits_has_nothing_to_answer(stub: Stubber, api: PipelineApi) -> None:
    stub.add_response("get_pipeline_state", {"stageStates": []}, {"name": "delivery"})
    assert api.approval(_waiting("Prod", "Approve")) is None


def test_the_definition_is_the_pipeline_s_structure(stub: Stubber, api: PipelineApi) -> None:
    stage = {"name": "Source", "actions": []}
    structure = {"name": "delivery", "roleArn": "arn:aws:iam::111111111111:role/r", "stages": [stage]}
    stub.add_response("get_pipeline", {"pipeline": structure}, {"name": "delivery"})
    assert api.definition()["stages"] == [stage]


def _waiting(stage: str, action: str) -> ActionRun:
    return ActionRun(
        stage=stage,
        action=action,
        status="InProgress",
        category="Approval",
        provider="Manual",
        summary="",
        started=START,
        ended=None,
    )


def test_the_stage_in_which_an_execution_failed_is_retried(stub: Stubber, api: PipelineApi) -> None:
    def stage(name: str, execution: str, status: str) -> dict[str, Any]:
        return {"stageName": name, "latestExecution": {"pipelineExecutionId": execution, "status": status}}

    stages = [{"stageName": "Never"}, stage("Old", "zero", "Failed"), stage("Dev", "one", "Failed")]
    for _ in range(2):
        stub.add_response("get_pipeline_state", {"stageStates": stages}, {"name": "delivery"})
    assert (api.failed_stage("one"), api.failed_stage("two")) == ("Dev", None)
    expected = {**NAME, "stageName": "Dev", "pipelineExecutionId": "one", "retryMode": "FAILED_ACTIONS"}
    stub.add_response("retry_stage_execution", {"pipelineExecutionId": "one"}, expected)
    api.retry("one", "Dev")


def test_an_execution_of_what_the_branch_holds_is_started(stub: Stubber, api: PipelineApi) -> None:
    stub.add_response("start_pipeline_execution", {"pipelineExecutionId": "two"}, {"name": "delivery"})
    assert api.start() == "two"


def test_rules_that_hold_an_execution_up_are_found_with_what_they_say(stub: Stubber, api: PipelineApi) -> None:
    def rule(name: str, status: str, summary: str) -> dict[str, Any]:
        given = {"summary": summary} if summary else {}
        return {"ruleName": name, "latestExecution": {"status": status, **given}}

    def stage(name: str, execution: str, member: str, *rules: dict[str, Any]) -> dict[str, Any]:
        latest = {"pipelineExecutionId": execution, "status": "InProgress"}
        return {
            "stageName": name,
            "latestExecution": latest,
            member: {"conditionStates": [{"ruleStates": list(rules)}]},
        }

    one, other = "0" * 8 + "-0000-4000-8000-" + "0" * 12, "1" * 8 + "-0000-4000-8000-" + "0" * 12
    states = [
        stage("Dev", one, "onFailureConditionState", rule("Alarm", "InProgress", "Watches")),
        stage(
            "Prod",
            one,
            "beforeEntryConditionState",
            rule("Window", "InProgress", "Waits"),
            rule("Done", "Succeeded", "Well"),
            rule("Quiet", "InProgress", ""),
        ),
        stage("Other", other, "onSuccessConditionState", rule("Window", "InProgress", "Waits")),
        {"stageName": "Plain"},
    ]
    stub.add_response("get_pipeline_state", {"stageStates": states}, {"name": "delivery"})
    assert api.waiting_rules(one) == [
        WaitingRule(stage="Dev", rule="Alarm", summary="Watches", condition=""),
        WaitingRule(stage="Prod", rule="Window", summary="Waits", condition="BEFORE_ENTRY"),
    ]
