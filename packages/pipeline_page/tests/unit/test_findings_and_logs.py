import datetime as dt
import json
from typing import Any

import pytest
from tests.unit.shop import BUILD, PIPELINE, PROD, SYNTH, Shop, at, ran

from codepipeline_page.artifacts import Artifacts
from codepipeline_page.findings import REPORT, Findings, findings
from codepipeline_page.logs import Log, log_of
from codepipeline_page.problems import PageError
from codepipeline_page.resources import resources

BUILD_ID = "project:1"
PLACE = {"groupName": "group", "streamName": "stream"}
EVENTS = {"logGroupName": "group", "logStreamName": "stream", "startFromHead": True, "limit": 2000}


def violation(rule: str, severity: str = "error", **more: Any) -> dict[str, Any]:
    constructs = [{"constructPath": "App/Bucket"}]
    return {"ruleName": rule, "description": "words", "severity": severity, "violatingConstructs": constructs, **more}


def found(shop: Shop, *details: Any) -> Findings:
    shop.ran(*details)
    return findings(shop, PIPELINE, Artifacts(shop), "one")


def test_findings_come_from_the_synth_s_report_with_the_evidence_of_those_that_are_accepted() -> None:
    shop = Shop()
    report = {
        "pluginReports": [
            {
                "pluginName": "pack",
                "violations": [violation("S1"), violation("W1", "warning")],
                "suppressedViolations": [violation("S2", reason="evidence")],
            }
        ]
    }
    shop.holds({REPORT: json.dumps(report).encode()})
    told = found(shop, SYNTH)
    assert (told.note, told.artifact) == ("", "Assembly")
    assert [(each.rule, each.where) for each in told.open] == [("S1", ("App/Bucket",))]
    assert [each.rule for each in told.advice] == ["W1"]
    assert [(each.rule, each.reason) for each in told.accepted] == [("S2", "evidence")]


def test_where_findings_cannot_be_told_it_is_said_why() -> None:
    shop = Shop()
    assert found(shop, ran("Build", "Synth", "Failed")).note.startswith("No build of this execution has delivered")
    shop.holds({"manifest.json": b"{}"})
    assert found(shop, SYNTH).note.startswith(f"Assembly has no {REPORT}: the app runs no rules")
    shop.holds({REPORT: b"{}"})
    assert found(shop, SYNTH).note == f"{REPORT} in Assembly cannot be read: Field required."


# Logs


def log(shop: Shop, detail: Any, after: str = "") -> Log:
    shop.ran(detail)
    return log_of(shop, PIPELINE, "one", detail["actionExecutionId"], after)


def build(**members: Any) -> dict[str, Any]:
    return {"builds": [{"id": BUILD_ID, **members}]}


def test_a_build_s_log_is_read_from_where_it_was_left_with_its_phases() -> None:
    shop = Shop()
    phases = [
        {"phaseType": "INSTALL", "phaseStatus": "SUCCEEDED", "startTime": at(0), "endTime": at(3)},
        {
            "phaseType": "BUILD",
            "phaseStatus": "FAILED",
            "startTime": at(3),
            "endTime": at(4),
            "contexts": [{"message": "exit status 2"}, {"statusCode": "X"}],
        },
        {"phaseType": "POST_BUILD", "startTime": at(4)},
        {"phaseType": "COMPLETED", "startTime": at(4)},
    ]
    events = [{"timestamp": 1500, "message": "one\n"}]
    answer = {"events": events, "nextForwardToken": "f/2"}
    shop.answers("codebuild", "batch_get_builds", build(phases=phases, logs=PLACE), {"ids": [BUILD_ID]})
    shop.answers("logs", "get_log_events", answer, EVENTS)
    run = ran("Build", "Synth", "Failed", externalExecutionId=BUILD_ID)
    told = log(shop, run)
    assert [(each.time, each.text) for each in told.lines] == [(1.5, "one")]
    assert (told.next, told.more, told.note) == ("f/2", False, "")
    assert [(each.name, each.status, each.seconds, each.message) for each in told.phases] == [
        ("INSTALL", "SUCCEEDED", 3.0, ""),
        ("BUILD", "FAILED", 1.0, "exit status 2"),
        ("POST_BUILD", "IN_PROGRESS", None, ""),
    ]
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    many = [{"timestamp": 1, "message": "x"}] * 2000
    shop.answers("logs", "get_log_events", {"events": many, "nextForwardToken": "f/3"}, EVENTS | {"nextToken": "f/2"})
    assert log(shop, run, "f/2").more


def test_where_a_build_has_no_log_it_is_said_why() -> None:
    shop = Shop()
    run = ran("Build", "Synth", externalExecutionId=BUILD_ID)
    assert log(shop, ran("Build", "Synth")).note == "The build has not started yet."
    denied = ran("Build", "Synth", "Failed", errorDetails={"message": "denied"})
    assert log(shop, denied).note == "denied"
    shop.answers("codebuild", "batch_get_builds", {"builds": []})
    assert log(shop, run).note == f"CodeBuild no longer knows build {BUILD_ID}."
    shop.answers("codebuild", "batch_get_builds", build())
    assert log(shop, run).note == "The build has no log in CloudWatch Logs so far."
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    shop.refuses("logs", "get_log_events", "ResourceNotFoundException")
    assert log(shop, run).note == "The build has written no log so far."
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    shop.refuses("logs", "get_log_events", "AccessDeniedException", "not so")
    with pytest.raises(Exception, match="not so"):
        log(shop, run)


def event(number: int, seconds: float, status: str = "CREATE_COMPLETE", reason: str = "") -> dict[str, Any]:
    return {
        "StackId": "arn",
        "StackName": "prod",
        "EventId": f"e{number}",
        "Timestamp": at(seconds),
        "ResourceStatus": status,
        "ResourceType": "AWS::SNS::Topic",
        "LogicalResourceId": "Topic",
        **({"ResourceStatusReason": reason} if reason else {}),
    }


def deployed(status: str = "Succeeded", **more: Any) -> Any:
    return ran(
        "Prod", "Deploy", status, provider="CloudFormation", configuration={"StackName": "prod"}, start=5, end=8, **more
    )


def test_a_deployment_s_log_is_the_stack_s_events_of_its_time() -> None:
    shop = Shop()
    pages = [event(5, 20), event(4, 7, "CREATE_FAILED", "taken"), event(3, 6)], [event(2, 1)]
    first = {"StackEvents": pages[0], "NextToken": "more"}
    shop.answers("cloudformation", "describe_stack_events", first, {"StackName": "prod"})
    shop.answers("cloudformation", "describe_stack_events", {"StackEvents": pages[1], "NextToken": "never"})
    told = log(shop, deployed())
    assert [each.text for each in told.lines] == [
        "CREATE_COMPLETE  AWS::SNS::Topic  Topic",
        "CREATE_FAILED  AWS::SNS::Topic  Topic: taken",
    ]
    assert told.next == "e4"
    shop.answers("cloudformation", "describe_stack_events", {"StackEvents": [*pages[0]]})
    told = log(shop, deployed("InProgress"), "e4")
    assert [each.time for each in told.lines] == [at(20).timestamp()]


def test_where_a_deployment_has_no_events_it_is_said_why() -> None:
    shop = Shop()
    shop.answers("cloudformation", "describe_stack_events", {"StackEvents": []})
    assert log(shop, deployed()).note == "The stack has no events of this action."
    shop.refuses("cloudformation", "describe_stack_events", "ValidationError")
    assert log(shop, deployed()).note == "There is no stack prod."
    shop.refuses("cloudformation", "describe_stack_events", "AccessDenied", "not so")
    with pytest.raises(Exception, match="not so"):
        log(shop, deployed())


def test_an_approval_writes_no_log_and_an_unknown_run_is_named() -> None:
    shop = Shop()
    assert log(shop, ran("Prod", "Approve", provider="Manual")).note == "Actions of this kind write no log."
    shop.ran()
    with pytest.raises(PageError, match=r"^execution one has no action run none$"):
        log_of(shop, PIPELINE, "one", "none", "")


# Resources


def test_a_stage_s_stacks_are_told_with_outputs_and_resources() -> None:
    shop = Shop()
    stack = {
        "StackName": "prod",
        "StackStatus": "CREATE_COMPLETE",
        "CreationTime": dt.datetime.now(tz=dt.UTC),
        "Outputs": [{"OutputKey": "Url", "OutputValue": "https://example.com"}],
    }
    held = [
        {
            "LogicalResourceId": name,
            "ResourceType": type_,
            "LastUpdatedTimestamp": at(0),
            "ResourceStatus": "OK",
            **more,
        }
        for name, type_, more in (("B", "b", {}), ("A", "b", {"PhysicalResourceId": "p"}), ("Z", "a", {}))
    ]
    shop.defines(BUILD, PROD)
    shop.answers("cloudformation", "describe_stacks", {"Stacks": [stack]}, {"StackName": "prod"})
    shop.answers("cloudformation", "list_stack_resources", {"StackResourceSummaries": held}, {"StackName": "prod"})
    (told,) = resources(shop, PIPELINE, "Prod")
    assert (told.account, told.status, told.outputs) == ("3" * 12, "CREATE_COMPLETE", {"Url": "https://example.com"})
    assert [(each.logical_id, each.physical_id) for each in told.resources] == [("Z", ""), ("A", "p"), ("B", "")]


def test_a_stack_that_is_not_deployed_has_no_status_and_one_that_may_not_be_read_is_a_problem() -> None:
    shop = Shop()
    shop.defines(BUILD, PROD)
    shop.refuses("cloudformation", "describe_stacks", "ValidationError")
    assert resources(shop, PIPELINE, "Prod")[0].status == ""
    shop.defines(BUILD, PROD)
    shop.refuses("cloudformation", "describe_stacks", "AccessDenied", "not so")
    with pytest.raises(Exception, match="not so"):
        resources(shop, PIPELINE, "Prod")
