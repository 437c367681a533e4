import datetime as dt
import json
from typing import Any

import pytest
from tests.unit.shop import BUILD, PIPELINE, PROD, SYNTH, Shop, at, ran

from codepipeline_page.artifacts import Artifacts
from codepipeline_page.failures import Failure
from codepipeline_page.findings import REPORT, Findings, findings
from codepipeline_page.logs import Log, log_of, whole_log
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


def test_findings_include_evidence_of_suppressed_ones() -> None:
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


def test_unknown_findings_have_a_note_with_the_reason() -> None:
    shop = Shop()
    assert found(shop, ran("Build", "Synth", "Failed")).note.startswith("No build of this execution has written")
    shop.holds({"manifest.json": b"{}"})
    assert found(shop, SYNTH).note.startswith(f"Assembly has no {REPORT}: the app runs no rules")
    shop.holds({REPORT: b"{}"})
    assert found(shop, SYNTH).note == f"{REPORT} in Assembly cannot be read: Field required."


# Logs


def log(shop: Shop, detail: Any, after: str = "") -> Log:
    shop.ran(detail)
    return log_of(shop, PIPELINE, "one", detail["actionExecutionId"], after)


def texts(told: Log) -> list[str]:
    return ["".join(span.text for span in line.spans) for line in told.lines]


def build(**members: Any) -> dict[str, Any]:
    return {"builds": [{"id": BUILD_ID, **members}]}


def test_build_log_resumes_at_token_and_lists_phases() -> None:
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
    assert [(each.time, texts(told)) for each in told.lines] == [(1.5, ["one"])]
    assert (told.next, told.more, told.note) == ("f/2", True, "")
    assert [(each.name, each.status, each.seconds, each.message) for each in told.phases] == [
        ("INSTALL", "SUCCEEDED", 3.0, ""),
        ("BUILD", "FAILED", 1.0, "exit status 2"),
        ("POST_BUILD", "IN_PROGRESS", None, ""),
    ]
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    shop.answers("logs", "get_log_events", {"events": [], "nextForwardToken": "f/2"}, EVENTS | {"nextToken": "f/2"})
    assert not log(shop, run, "f/2").more


def test_log_names_its_failing_line_and_shows_its_colors() -> None:
    shop = Shop()
    lines = ["Found 3 errors.", "\x1b[31mFAILED tests/a.py::b - AssertionError\x1b[0m", "[Container] State: FAILED"]
    events = [{"timestamp": 1, "message": f"{each}\r\n"} for each in lines]
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    shop.answers("logs", "get_log_events", {"events": events})
    told = log(shop, ran("Build", "Synth", "Failed", externalExecutionId=BUILD_ID))
    assert (told.failure, told.more) == (Failure(index=1, rank=0), False)
    assert [each.bad for each in told.lines] == [True, True, False]
    assert [(each.text, each.style) for each in told.lines[1].spans] == [
        ("FAILED tests/a.py::b - AssertionError", "ansi-red")
    ]


def test_whole_log_is_every_part_with_its_escape_sequences() -> None:
    shop = Shop()
    run = ran("Build", "Synth", "Failed", externalExecutionId=BUILD_ID)
    shop.ran(run)
    for asked, after, message in (({}, "f/1", "\x1b[31mone\x1b[0m"), ({"nextToken": "f/1"}, "f/2", "two")):
        shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
        answer = {"events": [{"timestamp": 1500, "message": f"{message}\n"}], "nextForwardToken": after}
        shop.answers("logs", "get_log_events", answer, EVENTS | asked)
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    end = {"events": [], "nextForwardToken": "f/2"}
    shop.answers("logs", "get_log_events", end, EVENTS | {"nextToken": "f/2"})
    assert "".join(whole_log(shop, PIPELINE, "one", run["actionExecutionId"])).splitlines() == [
        "1970-01-01T00:00:01.500000+00:00 \x1b[31mone\x1b[0m",
        "1970-01-01T00:00:01.500000+00:00 two",
    ]
    shop.everything_was_asked()
    pending = ran("Build", "Synth")
    shop.ran(pending)
    text = "".join(whole_log(shop, PIPELINE, "one", pending["actionExecutionId"]))
    assert text == "The build has not started yet.\n"


def test_build_without_log_has_a_note_with_the_reason() -> None:
    shop = Shop()
    run = ran("Build", "Synth", externalExecutionId=BUILD_ID)
    assert log(shop, ran("Build", "Synth")).note == "The build has not started yet."
    denied = ran("Build", "Synth", "Failed", errorDetails={"message": "denied"})
    assert log(shop, denied).note == "denied"
    shop.answers("codebuild", "batch_get_builds", {"builds": []})
    assert log(shop, run).note == f"CodeBuild has no build {BUILD_ID} any more."
    shop.answers("codebuild", "batch_get_builds", build())
    assert log(shop, run).note == "The build has no log in CloudWatch Logs yet."
    shop.answers("codebuild", "batch_get_builds", build(logs=PLACE))
    shop.refuses("logs", "get_log_events", "ResourceNotFoundException")
    assert log(shop, run).note == "The build has not written to its log yet."
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


def test_deployment_log_is_the_stack_events_during_the_action() -> None:
    shop = Shop()
    pages = [event(5, 20), event(4, 7, "CREATE_FAILED", "taken"), event(3, 6)], [event(2, 1)]
    first = {"StackEvents": pages[0], "NextToken": "more"}
    shop.answers("cloudformation", "describe_stack_events", first, {"StackName": "prod"})
    shop.answers("cloudformation", "describe_stack_events", {"StackEvents": pages[1], "NextToken": "never"})
    told = log(shop, deployed())
    assert texts(told) == [
        "CREATE_COMPLETE  AWS::SNS::Topic  Topic",
        "CREATE_FAILED  AWS::SNS::Topic  Topic: taken",
    ]
    assert told.next == "e4"
    shop.answers("cloudformation", "describe_stack_events", {"StackEvents": [*pages[0]]})
    told = log(shop, deployed("InProgress"), "e4")
    assert [each.time for each in told.lines] == [at(20).timestamp()]


def test_deployment_without_events_has_a_note_with_the_reason() -> None:
    shop = Shop()
    shop.answers("cloudformation", "describe_stack_events", {"StackEvents": []})
    assert log(shop, deployed()).note == "The stack has no events from this action."
    shop.refuses("cloudformation", "describe_stack_events", "ValidationError")
    assert log(shop, deployed()).note == "Stack prod does not exist."
    shop.refuses("cloudformation", "describe_stack_events", "AccessDenied", "not so")
    with pytest.raises(Exception, match="not so"):
        log(shop, deployed())


def test_log_of_approval_is_empty_and_unknown_run_is_rejected() -> None:
    shop = Shop()
    assert log(shop, ran("Prod", "Approve", provider="Manual")).note == "Actions of provider Manual write no log."
    shop.ran()
    with pytest.raises(PageError, match=r"^execution one: no action run none; reload the page$"):
        log_of(shop, PIPELINE, "one", "none", "")


# Resources


def test_resources_lists_outputs_and_resources_of_each_stack() -> None:
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


def test_resources_of_undeployed_stack_are_empty_and_denied_one_raises() -> None:
    shop = Shop()
    shop.defines(BUILD, PROD)
    shop.refuses("cloudformation", "describe_stacks", "ValidationError")
    assert resources(shop, PIPELINE, "Prod")[0].status == ""
    shop.defines(BUILD, PROD)
    shop.refuses("cloudformation", "describe_stacks", "AccessDenied", "not so")
    with pytest.raises(Exception, match="not so"):
        resources(shop, PIPELINE, "Prod")
