"""Action runs, from ListActionExecutions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

RUNNING = "InProgress"
APPROVAL = "Approval"
GOES_ON = frozenset({"InProgress", "Stopping"})
"""Statuses of an execution that has not ended."""

Json = dict[str, Any]
Place = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of one action.

    Attributes:
        started: Seconds since the epoch; so is ``ended``, which is None while the action runs.
        external: The run's ID at its provider: a build's ID, or the ARN of a change set or a stack.
        by: ARN of whoever changed the run last, such as the person who answered an approval.
        outputs: Output artifacts: name to bucket and key.
    """

    id: str
    execution: str
    stage: str
    action: str
    category: str
    provider: str
    status: str
    started: float
    ended: float | None
    summary: str = ""
    error: str = ""
    external: str = ""
    link: str = ""
    role: str | None = None
    region: str | None = None
    by: str = ""
    configuration: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Place] = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, str]:
        """Its stage and its action."""
        return self.stage, self.action


def runs_of(client: Any, pipeline: str, execution: str) -> list[Run]:
    """Return the runs of an execution, oldest first."""
    pages = client.get_paginator("list_action_executions").paginate(
        pipelineName=pipeline, filter={"pipelineExecutionId": execution}
    )
    return in_order(detail for page in pages for detail in page["actionExecutionDetails"])


def in_order(details: Any) -> list[Run]:
    """Return ``ActionExecutionDetail`` members as runs, oldest first."""
    return sorted((_run(detail) for detail in details), key=lambda run: run.started)


def latest(runs: list[Run]) -> dict[tuple[str, str], Run]:
    """Return the last run of each action, by stage and action."""
    return {run.place: run for run in runs}


def readable(summary: str) -> str:
    """Return a summary as text; source actions report JSON that contains the commit message."""
    try:
        parsed = json.loads(summary)
    except ValueError:
        return summary
    message = parsed.get("CommitMessage") if isinstance(parsed, dict) else None
    return str(message) if message else summary


def _run(detail: Mapping[str, Any]) -> Run:
    given, output = detail.get("input", {}), detail.get("output", {})
    result = output.get("executionResult", {})
    kind = given.get("actionTypeId", {})
    status = detail["status"]
    return Run(
        id=detail["actionExecutionId"],
        execution=detail["pipelineExecutionId"],
        stage=detail["stageName"],
        action=detail["actionName"],
        category=kind.get("category", ""),
        provider=kind.get("provider", ""),
        status=status,
        started=detail["startTime"].timestamp(),
        ended=None if status == RUNNING else detail["lastUpdateTime"].timestamp(),
        summary=readable(result.get("externalExecutionSummary", "")),
        error=result.get("errorDetails", {}).get("message", ""),
        external=result.get("externalExecutionId", ""),
        link=result.get("externalExecutionUrl", ""),
        role=given.get("roleArn"),
        region=given.get("region"),
        by=detail.get("updatedBy", ""),
        configuration=given.get("resolvedConfiguration") or given.get("configuration", {}),
        outputs={
            each["name"]: (each["s3location"]["bucket"], each["s3location"]["key"])
            for each in output.get("outputArtifacts", [])
            if "s3location" in each
        },
    )
