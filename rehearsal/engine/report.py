"""What an execution came to, read from what the API answers about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ActionResult:
    """One run of one action: its status, how long it took in seconds, and what it has to say."""

    stage: str
    action: str
    status: str
    seconds: float
    summary: str
    variables: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class ExecutionReport:
    """An execution and its actions in start order."""

    pipeline: str
    execution: str
    status: str
    summary: str
    actions: tuple[ActionResult, ...]

    @property
    def succeeded(self) -> bool:
        """Whether every stage passed."""
        return self.status == "Succeeded"

    @property
    def first_failure(self) -> ActionResult | None:
        """The action that stopped the execution, if one failed."""
        return next((each for each in self.actions if each.status == "Failed"), None)


def report(execution: Mapping[str, Any], actions: Sequence[Mapping[str, Any]]) -> ExecutionReport:
    """Return the report of an execution.

    Args:
        execution: ``pipelineExecution`` of GetPipelineExecution.
        actions: ``actionExecutionDetails`` of ListActionExecutions for it, in any order.
    """
    ordered = sorted(actions, key=lambda each: each["startTime"])
    return ExecutionReport(
        pipeline=execution["pipelineName"],
        execution=execution["pipelineExecutionId"],
        status=execution["status"],
        summary=execution.get("statusSummary", ""),
        actions=tuple(_result(each) for each in ordered),
    )


def _result(details: Mapping[str, Any]) -> ActionResult:
    output = details.get("output", {})
    result = output.get("executionResult", {})
    started: datetime = details["startTime"]
    ended: datetime = details["lastUpdateTime"]
    return ActionResult(
        stage=details["stageName"],
        action=details["actionName"],
        status=details["status"],
        seconds=(ended - started).total_seconds(),
        summary=result.get("errorDetails", {}).get("message") or result.get("externalExecutionSummary", ""),
        variables=output.get("outputVariables", {}),
    )
