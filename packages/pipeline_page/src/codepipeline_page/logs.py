"""What an action says while it runs: a build's log and phases, a stack's events."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from codepipeline_page.access import Clients
from codepipeline_page.problems import PageError, code
from codepipeline_page.runs import Run, runs_of

LINES = 2000
SLACK_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line: seconds since the epoch, and what it says."""

    time: float
    text: str


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A phase of a build; ``seconds`` is None while it runs."""

    name: str
    status: str
    seconds: float | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Log:
    """A part of a log, and where the next part begins. ``note`` says why there are no lines."""

    lines: tuple[Line, ...] = ()
    next: str = ""
    more: bool = False
    note: str = ""
    phases: tuple[Phase, ...] = ()


def log_of(clients: Clients, pipeline: str, execution: str, run_id: str, after: str) -> Log:
    """Return what the run of an action has said after ``after``, which is empty for the beginning.

    Raises :class:`PageError` for a run that the execution does not have.
    """
    runs = runs_of(clients("codepipeline"), pipeline, execution)
    run = next((each for each in runs if each.id == run_id), None)
    if run is None:
        raise PageError(f"execution {execution} has no action run {run_id}")
    if run.provider == "CodeBuild":
        return _build(clients, run, after)
    if run.provider == "CloudFormation":
        return _events(clients, run, after)
    return Log(note="Actions of this kind write no log.")


def _build(clients: Clients, run: Run, after: str) -> Log:
    if not run.external:
        return Log(note=run.error or "The build has not started yet.")
    found = clients("codebuild", region=run.region).batch_get_builds(ids=[run.external])["builds"]
    if not found:
        return Log(note=f"CodeBuild no longer knows build {run.external}.")
    build = found[0]
    phases = tuple(_phase(each) for each in build.get("phases", []) if each["phaseType"] != "COMPLETED")
    place = build.get("logs", {})
    if not place.get("groupName") or not place.get("streamName"):
        return Log(phases=phases, note="The build has no log in CloudWatch Logs so far.")
    asked = {"logGroupName": place["groupName"], "logStreamName": place["streamName"], "startFromHead": True}
    if after:
        asked["nextToken"] = after
    try:
        answer = clients("logs", region=run.region).get_log_events(**asked, limit=LINES)
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        return Log(phases=phases, note="The build has written no log so far.")
    lines = tuple(
        Line(time=each["timestamp"] / 1000, text=each["message"].rstrip("\n")) for each in answer.get("events", [])
    )
    token = answer.get("nextForwardToken", "")
    return Log(lines=lines, next=token, more=len(lines) == LINES, phases=phases)


def _phase(found: Mapping[str, Any]) -> Phase:
    ended = "endTime" in found
    contexts = [each.get("message", "") for each in found.get("contexts", [])]
    return Phase(
        name=found["phaseType"],
        status=found.get("phaseStatus", "IN_PROGRESS"),
        seconds=(found["endTime"] - found["startTime"]).total_seconds() if ended else None,
        message="; ".join(each for each in contexts if each),
    )


def _events(clients: Clients, run: Run, after: str) -> Log:
    client = clients("cloudformation", role=run.role, region=run.region)
    stack = run.configuration.get("StackName", "")
    events: list[Mapping[str, Any]] = []
    try:
        for page in client.get_paginator("describe_stack_events").paginate(StackName=stack):
            events += page["StackEvents"]
            if page["StackEvents"] and page["StackEvents"][-1]["Timestamp"].timestamp() < run.started:
                break
    except ClientError as error:
        if code(error) != "ValidationError":
            raise
        return Log(note=run.error or f"There is no stack {stack}.")
    ends = float("inf") if run.ended is None else run.ended + SLACK_SECONDS
    own = [each for each in events[::-1] if run.started <= each["Timestamp"].timestamp() <= ends]
    start = next((place + 1 for place, each in enumerate(own) if each["EventId"] == after), 0)
    told = tuple(Line(time=each["Timestamp"].timestamp(), text=_event(each)) for each in own[start:])
    note = "" if own else "The stack has no events of this action."
    return Log(lines=told, next=own[-1]["EventId"] if own else "", note=note)


def _event(found: Mapping[str, Any]) -> str:
    reason = found.get("ResourceStatusReason", "")
    told = f"{found['ResourceStatus']}  {found['ResourceType']}  {found['LogicalResourceId']}"
    return f"{told}: {reason}" if reason else told
