from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.engine.report import report

START = datetime(2026, 1, 1, tzinfo=UTC)


def details(name: str, *, after: int, took: int, status: str = "Succeeded", **output: Any) -> dict[str, Any]:
    return {
        "stageName": "Stage",
        "actionName": name,
        "status": status,
        "startTime": START + timedelta(seconds=after),
        "lastUpdateTime": START + timedelta(seconds=after + took),
        "output": output,
    }


EXECUTION = {"pipelineName": "delivery", "pipelineExecutionId": "e-1", "status": "Failed", "statusSummary": "why"}


def test_actions_stand_in_start_order_with_their_times() -> None:
    found = report(EXECUTION, [details("B", after=5, took=2), details("A", after=0, took=4)])
    assert [(each.action, each.seconds) for each in found.actions] == [("A", 4.0), ("B", 2.0)]
    assert (found.pipeline, found.execution, found.summary) == ("delivery", "e-1", "why")


def test_the_first_failure_says_its_error() -> None:
    error = {"errorDetails": {"code": "JobFailed", "message": "the build failed"}, "externalExecutionSummary": "short"}
    actions = [
        details("A", after=0, took=1, executionResult={"externalExecutionSummary": "fine"}),
        details("B", after=1, took=1, status="Failed", executionResult=error),
        details("C", after=2, took=1, status="Failed"),
    ]
    found = report(EXECUTION, actions)
    assert found.first_failure is not None
    assert (found.first_failure.action, found.first_failure.summary) == ("B", "the build failed")
    assert found.actions[0].summary == "fine"
    assert not found.succeeded


def test_a_success_has_no_failure_and_keeps_outputs() -> None:
    found = report({**EXECUTION, "status": "Succeeded"}, [details("A", after=0, took=1, outputVariables={"Url": "x"})])
    assert found.succeeded
    assert found.first_failure is None
    assert found.actions[0].variables == {"Url": "x"}
