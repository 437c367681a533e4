"""A delivery through CodePipeline's public API. Nothing in this module depends on the emulator."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ENDED = ("Succeeded", "Failed", "Stopped", "Superseded", "Cancelled")


@dataclass(frozen=True, kw_only=True)
class ActionRun:
    """One run of one action, from ListActionExecutions."""

    stage: str
    action: str
    status: str
    category: str
    provider: str
    summary: str
    started: dt.datetime
    ended: dt.datetime | None
    outputs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Output artifacts: name to bucket and key."""

    @property
    def name(self) -> str:
        """The stage and the action, for display."""
        return f"{self.stage} · {self.action}"

    @property
    def seconds(self) -> float | None:
        """The duration, or None while the action runs."""
        return None if self.ended is None else (self.ended - self.started).total_seconds()


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A pending manual approval, and its execution if that is known."""

    stage: str
    action: str
    token: str
    execution: str = ""


@dataclass(frozen=True, kw_only=True)
class WaitingRule:
    """A rule of a stage's condition that waits: what it says, and the name of the condition for an override, if any."""

    stage: str
    rule: str
    summary: str
    condition: str


CONDITIONS = {
    "beforeEntryConditionState": "BEFORE_ENTRY",
    "onSuccessConditionState": "ON_SUCCESS",
    "onFailureConditionState": "",
}


class PipelineApi:
    """Reads and answers one pipeline through a boto3 client of CodePipeline."""

    def __init__(self, client: Any, pipeline: str) -> None:
        """Use ``client`` for ``pipeline``."""
        self._client = client
        self.pipeline = pipeline

    def definition(self) -> dict[str, Any]:
        """Return the pipeline's structure."""
        definition: dict[str, Any] = self._client.get_pipeline(name=self.pipeline)["pipeline"]
        return definition

    def newest_execution(self) -> str | None:
        """Return the ID of the newest execution, or None without one."""
        summaries = self._client.list_pipeline_executions(pipelineName=self.pipeline, maxResults=1)
        return next((each["pipelineExecutionId"] for each in summaries["pipelineExecutionSummaries"]), None)

    def status(self, execution: str) -> tuple[str, str]:
        """Return an execution's status and its reason, which may be empty."""
        answer = self._client.get_pipeline_execution(pipelineName=self.pipeline, pipelineExecutionId=execution)
        found = answer["pipelineExecution"]
        return found["status"], found.get("statusSummary", "")

    def actions(self, execution: str) -> list[ActionRun]:
        """Return the action runs of an execution, oldest first."""
        pages = self._client.get_paginator("list_action_executions").paginate(
            pipelineName=self.pipeline, filter={"pipelineExecutionId": execution}
        )
        details = [detail for page in pages for detail in page["actionExecutionDetails"]]
        return sorted((_action_run(detail) for detail in details), key=lambda run: run.started)

    def failed_stage(self, execution: str) -> str | None:
        """Return the stage in which an execution failed, if it failed in one."""
        for stage in self.stages():
            latest = stage.get("latestExecution", {})
            if (latest.get("pipelineExecutionId"), latest.get("status")) == (execution, "Failed"):
                name: str = stage["stageName"]
                return name
        return None

    def retry(self, execution: str, stage: str) -> None:
        """Retry the failed actions of a stage. Raises botocore's ``ClientError`` if CodePipeline rejects the retry."""
        self._client.retry_stage_execution(
            pipelineName=self.pipeline, stageName=stage, pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
        )

    def start(self) -> str:
        """Start an execution of the branch's newest commit; return its ID."""
        execution: str = self._client.start_pipeline_execution(name=self.pipeline)["pipelineExecutionId"]
        return execution

    def stages(self) -> list[dict[str, Any]]:
        """Return each stage's state: ``stageStates`` of GetPipelineState."""
        states: list[dict[str, Any]] = self._client.get_pipeline_state(name=self.pipeline)["stageStates"]
        return states

    def waiting_rules(self, execution: str) -> list[WaitingRule]:
        """Return the rules that hold up an execution and say what for."""
        return [
            WaitingRule(
                stage=stage["stageName"],
                rule=rule["ruleName"],
                summary=rule["latestExecution"]["summary"],
                condition=name,
            )
            for stage in self.stages()
            if stage.get("latestExecution", {}).get("pipelineExecutionId") == execution
            for member, name in CONDITIONS.items()
            for condition in stage.get(member, {}).get("conditionStates", [])
            for rule in condition.get("ruleStates", [])
            if rule["latestExecution"]["status"] == "InProgress" and rule["latestExecution"].get("summary")
        ]

    def approvals(self) -> list[Approval]:
        """Return every pending approval."""
        return [
            Approval(
                stage=stage["stageName"],
                action=state["actionName"],
                token=state["latestExecution"]["token"],
                execution=stage["latestExecution"]["pipelineExecutionId"],
            )
            for stage in self.stages()
            for state in stage["actionStates"]
            if "token" in state.get("latestExecution", {})
        ]

    def approval(self, run: ActionRun) -> Approval | None:
        """Return the approval of the action ``run``, or None if it is no longer pending."""
        for stage in self.stages():
            for state in stage["actionStates"]:
                latest = state.get("latestExecution", {})
                if (stage["stageName"], state["actionName"]) == (run.stage, run.action) and "token" in latest:
                    return Approval(stage=run.stage, action=run.action, token=latest["token"])
        return None

    def answer(self, approval: Approval, *, approved: bool, summary: str) -> None:
        """Approve or reject."""
        self._client.put_approval_result(
            pipelineName=self.pipeline,
            stageName=approval.stage,
            actionName=approval.action,
            token=approval.token,
            result={"status": "Approved" if approved else "Rejected", "summary": summary},
        )


def _action_run(detail: Mapping[str, Any]) -> ActionRun:
    kind = detail["input"]["actionTypeId"]
    output = detail.get("output", {})
    artifacts = {
        each["name"]: (each["s3location"]["bucket"], each["s3location"]["key"])
        for each in output.get("outputArtifacts", [])
    }
    result = output.get("executionResult", {})
    return ActionRun(
        stage=detail["stageName"],
        action=detail["actionName"],
        status=detail["status"],
        category=kind["category"],
        provider=kind["provider"],
        summary=result.get("externalExecutionSummary", ""),
        started=detail["startTime"],
        ended=detail.get("lastUpdateTime") if detail["status"] in ("Succeeded", "Failed", "Abandoned") else None,
        outputs=artifacts,
    )
