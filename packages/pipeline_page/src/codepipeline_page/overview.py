"""The page's overview: the stages of one execution, what each waits for, and the open approvals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from codepipeline_page.problems import PageError
from codepipeline_page.runs import APPROVAL, GOES_ON, RUNNING, Json, Run, latest, readable, runs_of

EXECUTIONS = 25
SHORT = 8
DECISIONS = {"Succeeded": "approved", "Failed": "rejected"}


@dataclass(frozen=True, kw_only=True)
class ActionView:
    """An action in one execution.

    Attributes:
        waits: What the action waits for, or empty.
        decision: ``approved`` or ``rejected`` for an answered approval, else empty.
        by: Name of the person who decided; ``by_arn`` is the full ARN.
        comment: The comment of the answer.
    """

    name: str
    category: str
    provider: str
    order: int
    status: str
    waits: str
    run: str | None = None
    started: float | None = None
    ended: float | None = None
    summary: str = ""
    error: str = ""
    link: str = ""
    stack: str = ""
    decision: str = ""
    by: str = ""
    by_arn: str = ""
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class StageView:
    """A stage in one execution. ``retry``: whether its failed actions can be retried."""

    name: str
    status: str
    waits: str
    retry: bool
    deploys: bool
    actions: tuple[ActionView, ...]


@dataclass(frozen=True, kw_only=True)
class ApprovalView:
    """An approval that waits for an answer. PutApprovalResult needs its token."""

    stage: str
    action: str
    execution: str
    token: str
    since: float
    data: str
    link: str


@dataclass(frozen=True, kw_only=True)
class ExecutionView:
    """One execution: its commit, its trigger, and its status."""

    id: str
    status: str
    summary: str
    started: float
    changed: float
    commit: str
    message: str
    trigger: str


@dataclass(frozen=True, kw_only=True)
class Overview:
    """A pipeline, the selected execution (None before the first), and the newest executions."""

    pipeline: str
    version: int
    mode: str
    execution: str | None
    executions: tuple[ExecutionView, ...]
    stages: tuple[StageView, ...]
    approvals: tuple[ApprovalView, ...]


def overview(client: Any, pipeline: str, chosen: str | None) -> Overview:
    """Return the current state of execution ``chosen``, or of the newest one if it is None.

    Raises :class:`PageError` for an execution that the pipeline does not have.
    """
    definition = client.get_pipeline(name=pipeline)["pipeline"]
    states = {each["stageName"]: each for each in client.get_pipeline_state(name=pipeline)["stageStates"]}
    executions = recent(client, pipeline)
    selected = _selected(client, pipeline, executions, chosen)
    runs = runs_of(client, pipeline, selected.id) if selected else []
    return Overview(
        pipeline=pipeline,
        version=definition["version"],
        mode=definition.get("executionMode", ""),
        execution=selected.id if selected else None,
        executions=executions,
        stages=_stages(definition["stages"], states, runs, selected),
        approvals=tuple(_approvals(definition["stages"], states)),
    )


def recent(client: Any, pipeline: str) -> tuple[ExecutionView, ...]:
    """Return the newest executions, newest first."""
    found = client.list_pipeline_executions(pipelineName=pipeline, maxResults=EXECUTIONS)
    return tuple(_execution(each) for each in found["pipelineExecutionSummaries"])


def _execution(found: Mapping[str, Any]) -> ExecutionView:
    revision: Json = next(iter(found.get("sourceRevisions", [])), {})
    return ExecutionView(
        id=found["pipelineExecutionId"],
        status=found["status"],
        summary=found.get("statusSummary", "") or found.get("stopTrigger", {}).get("reason", ""),
        started=found["startTime"].timestamp(),
        changed=found["lastUpdateTime"].timestamp(),
        commit=revision.get("revisionId", ""),
        message=readable(revision.get("revisionSummary", "")),
        trigger=found.get("trigger", {}).get("triggerType", ""),
    )


def _selected(
    client: Any, pipeline: str, executions: Sequence[ExecutionView], chosen: str | None
) -> ExecutionView | None:
    if chosen is None:
        return executions[0] if executions else None
    known = next((each for each in executions if each.id == chosen), None)
    if known:
        return known
    # Older than the listed ones.
    pages = client.get_paginator("list_pipeline_executions").paginate(pipelineName=pipeline)
    for page in pages:
        for each in page["pipelineExecutionSummaries"]:
            if each["pipelineExecutionId"] == chosen:
                return _execution(each)
    raise PageError(f"{pipeline}: no execution {chosen}; choose one from the list")


def _stages(
    declared: Sequence[Mapping[str, Any]],
    states: Mapping[str, Mapping[str, Any]],
    runs: list[Run],
    selected: ExecutionView | None,
) -> tuple[StageView, ...]:
    found = latest(runs)
    goes_on = selected is not None and selected.status in GOES_ON
    views, before = [], ""
    for stage in declared:
        name = stage["name"]
        entered = any(place[0] == name for place in found)
        waits = _stage_waits(states.get(name, {}), selected, before) if goes_on and not entered else ""
        actions = tuple(_actions(stage, found, goes_on=goes_on, stage_waits=waits))
        status = _stage_status(actions, goes_on=goes_on)
        views.append(
            StageView(
                name=name,
                status=status,
                waits=waits,
                retry=_retryable(states.get(name, {}), selected),
                deploys=any("StackName" in each.get("configuration", {}) for each in stage["actions"]),
                actions=actions,
            )
        )
        before = name
    return tuple(views)


def _actions(
    stage: Mapping[str, Any], found: Mapping[tuple[str, str], Run], *, goes_on: bool, stage_waits: str
) -> list[ActionView]:
    name = stage["name"]
    declared = sorted(stage["actions"], key=_order)
    views = []
    for action in declared:
        run = found.get((name, action["name"]))
        waits = ""
        if run is not None and run.status == RUNNING and run.category == APPROVAL:
            waits = "waiting for approval"
        elif run is None and goes_on:
            before = max((_order(each) for each in declared if _order(each) < _order(action)), default=None)
            earlier = ", ".join(each["name"] for each in declared if _order(each) == before)
            waits = f"after {earlier}" if earlier else stage_waits
        views.append(_action(action, run, waits, goes_on=goes_on))
    names = {each["name"] for each in declared}
    gone = [run for (at, action), run in found.items() if at == name and action not in names]
    return views + [_gone(run) for run in gone]


def _order(action: Mapping[str, Any]) -> int:
    order: int = action.get("runOrder", 1)
    return order


def _action(action: Mapping[str, Any], run: Run | None, waits: str, *, goes_on: bool) -> ActionView:
    kind = action["actionTypeId"]
    stack = action.get("configuration", {}).get("StackName", "")
    if run is None:
        status = "Waiting" if goes_on else "NotReached"
        return ActionView(
            name=action["name"],
            category=kind["category"],
            provider=kind["provider"],
            order=_order(action),
            status=status,
            waits=waits,
            stack=stack,
        )
    return _of_run(run, _order(action), waits, stack)


def _gone(run: Run) -> ActionView:
    return _of_run(run, 0, "no longer in the pipeline", run.configuration.get("StackName", ""))


def _of_run(run: Run, order: int, waits: str, stack: str) -> ActionView:
    return ActionView(
        name=run.action,
        category=run.category,
        provider=run.provider,
        order=order,
        status=run.status,
        waits=waits,
        run=run.id,
        started=run.started,
        ended=run.ended,
        summary=run.summary,
        error=run.error,
        link=run.link,
        stack=stack,
        **_decision(run),
    )


def _decision(run: Run) -> dict[str, str]:
    """Return who decided on an approval, how, and with which comment. An approval that timed out has nobody."""
    if run.category != APPROVAL or not run.by or run.status not in DECISIONS:
        return {}
    name = run.by.replace(":", "/").rpartition("/")[2]
    return {"decision": DECISIONS[run.status], "by": name, "by_arn": run.by, "comment": run.summary or run.error}


def _stage_status(actions: Sequence[ActionView], *, goes_on: bool) -> str:
    statuses = {each.status for each in actions if each.order}
    for worst in ("Failed", "Abandoned", RUNNING):
        if worst in statuses:
            return worst
    if statuses <= {"Succeeded"}:
        return "Succeeded"
    if "Succeeded" in statuses:
        return RUNNING if goes_on else "Abandoned"
    return "Waiting" if goes_on else "NotReached"


def _stage_waits(state: Mapping[str, Any], selected: ExecutionView | None, before: str) -> str:
    inside = state.get("latestExecution", {})
    if selected is not None and inside.get("pipelineExecutionId") == selected.id:
        return _entry_condition(state, inside["status"])
    inbound = {each["pipelineExecutionId"] for each in state.get("inboundExecutions", [])}
    if selected is not None and selected.id in inbound:
        transition = state.get("inboundTransitionState", {})
        if not transition.get("enabled", True):
            return f"transition disabled: {transition.get('disabledReason', 'no reason given')}"
        return f"until execution {inside.get('pipelineExecutionId', '')[:SHORT]} leaves the stage"
    return f"after {before}" if before else ""


def _entry_condition(state: Mapping[str, Any], status: str) -> str:
    """Return why no action runs in a stage that the execution has entered: the rules being checked, or the skip."""
    if status == "Skipped":
        return "skipped: its entry condition was not met"
    rules = [
        f"rule {rule['ruleName']}: {rule['latestExecution'].get('summary', 'being checked')}"
        for condition in state.get("beforeEntryConditionState", {}).get("conditionStates", [])
        for rule in condition["ruleStates"]
        if rule["latestExecution"]["status"] == RUNNING
    ]
    return "; ".join(rules)


def _retryable(state: Mapping[str, Any], selected: ExecutionView | None) -> bool:
    inside = state.get("latestExecution", {})
    return (
        selected is not None
        and selected.status == "Failed"
        and inside.get("status") == "Failed"
        and inside.get("pipelineExecutionId") == selected.id
    )


def _approvals(declared: Sequence[Mapping[str, Any]], states: Mapping[str, Mapping[str, Any]]) -> list[ApprovalView]:
    configured: dict[tuple[str, str], Json] = {
        (stage["name"], action["name"]): action.get("configuration", {})
        for stage in declared
        for action in stage["actions"]
    }
    found = []
    for name, state in states.items():
        for action in state["actionStates"]:
            asked = action.get("latestExecution", {})
            if "token" in asked and asked.get("status") == RUNNING:
                settings = configured.get((name, action["actionName"]), {})
                found.append(
                    ApprovalView(
                        stage=name,
                        action=action["actionName"],
                        execution=state["latestExecution"]["pipelineExecutionId"],
                        token=asked["token"],
                        since=asked["lastStatusChange"].timestamp(),
                        data=settings.get("CustomData", ""),
                        link=settings.get("ExternalEntityLink", ""),
                    )
                )
    return found
