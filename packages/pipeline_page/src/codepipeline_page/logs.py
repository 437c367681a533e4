"""Logs of actions: a build's log and phases, a stack's events."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from codepipeline_page.access import Clients
from codepipeline_page.ansi import Span, plain, spans
from codepipeline_page.failures import Failure, failing_line, rank
from codepipeline_page.problems import PageError, code
from codepipeline_page.runs import Run, runs_of

LINES = 2000
SLACK_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line: seconds since the epoch, its text in spans, and whether it mentions a failure."""

    time: float
    spans: tuple[Span, ...]
    bad: bool = False


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A phase of a build; ``seconds`` is None while it runs."""

    name: str
    status: str
    seconds: float | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Log:
    """A part of a log.

    Attributes:
        next: Where the next part begins.
        more: Whether the next part can be read at once.
        note: Why there are no lines, or empty.
        failure: The line of this part that names a failure best, or None.
    """

    lines: tuple[Line, ...] = ()
    next: str = ""
    more: bool = False
    note: str = ""
    phases: tuple[Phase, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, kw_only=True)
class _Part:
    """A part of a log as its service returns it: times and raw texts."""

    texts: tuple[tuple[float, str], ...] = ()
    next: str = ""
    more: bool = False
    note: str = ""
    phases: tuple[Phase, ...] = ()


def log_of(clients: Clients, pipeline: str, execution: str, run_id: str, after: str) -> Log:
    """Return the part of an action run's log that follows ``after``; empty for the first part.

    Raises :class:`PageError` for a run that the execution does not have.
    """
    part = _part(clients, _run_of(clients, pipeline, execution, run_id), after)
    ranks = [rank(plain(text)) for _, text in part.texts]
    lines = tuple(
        Line(time=time, spans=spans(text), bad=found is not None)
        for (time, text), found in zip(part.texts, ranks, strict=True)
    )
    return Log(
        lines=lines,
        next=part.next,
        more=part.more,
        note=part.note,
        phases=part.phases,
        failure=failing_line(ranks),
    )


def whole_log(clients: Clients, pipeline: str, execution: str, run_id: str) -> Iterator[str]:
    """Yield an action run's log to its current end, part by part, with a time stamp per line.

    Raises :class:`PageError` for a run that the execution does not have.
    """
    run = _run_of(clients, pipeline, execution, run_id)
    part = _part(clients, run, "")
    if part.note:
        yield f"{part.note}\n"
    while True:
        yield "".join(f"{dt.datetime.fromtimestamp(time, tz=dt.UTC).isoformat()} {text}\n" for time, text in part.texts)
        if not part.more:
            return
        part = _part(clients, run, part.next)


def _run_of(clients: Clients, pipeline: str, execution: str, run_id: str) -> Run:
    runs = runs_of(clients("codepipeline"), pipeline, execution)
    run = next((each for each in runs if each.id == run_id), None)
    if run is None:
        raise PageError(f"execution {execution}: no action run {run_id}; reload the page")
    return run


def _part(clients: Clients, run: Run, after: str) -> _Part:
    if run.provider == "CodeBuild":
        return _build(clients, run, after)
    if run.provider == "CloudFormation":
        return _events(clients, run, after)
    return _Part(note=f"Actions of provider {run.provider} write no log.")


def _build(clients: Clients, run: Run, after: str) -> _Part:
    if not run.external:
        return _Part(note=run.error or "The build has not started yet.")
    found = clients("codebuild", region=run.region).batch_get_builds(ids=[run.external])["builds"]
    if not found:
        return _Part(note=f"CodeBuild has no build {run.external} any more.")
    build = found[0]
    phases = tuple(_phase(each) for each in build.get("phases", []) if each["phaseType"] != "COMPLETED")
    place = build.get("logs", {})
    if not place.get("groupName") or not place.get("streamName"):
        return _Part(phases=phases, note="The build has no log in CloudWatch Logs yet.")
    asked = {"logGroupName": place["groupName"], "logStreamName": place["streamName"], "startFromHead": True}
    if after:
        asked["nextToken"] = after
    try:
        answer = clients("logs", region=run.region).get_log_events(**asked, limit=LINES)
    except ClientError as error:
        if code(error) != "ResourceNotFoundException":
            raise
        return _Part(phases=phases, note="The build has not written to its log yet.")
    texts = tuple((each["timestamp"] / 1000, each["message"].rstrip("\r\n")) for each in answer.get("events", []))
    token = answer.get("nextForwardToken", "")
    # GetLogEvents returns the token that it was given at the end of the stream.
    return _Part(texts=texts, next=token, more=token not in ("", after), phases=phases)


def _phase(found: Mapping[str, Any]) -> Phase:
    ended = "endTime" in found
    contexts = [each.get("message", "") for each in found.get("contexts", [])]
    return Phase(
        name=found["phaseType"],
        status=found.get("phaseStatus", "IN_PROGRESS"),
        seconds=(found["endTime"] - found["startTime"]).total_seconds() if ended else None,
        message="; ".join(each for each in contexts if each),
    )


def _events(clients: Clients, run: Run, after: str) -> _Part:
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
        return _Part(note=run.error or f"Stack {stack} does not exist.")
    ends = float("inf") if run.ended is None else run.ended + SLACK_SECONDS
    own = [each for each in events[::-1] if run.started <= each["Timestamp"].timestamp() <= ends]
    start = next((place + 1 for place, each in enumerate(own) if each["EventId"] == after), 0)
    texts = tuple((each["Timestamp"].timestamp(), _event(each)) for each in own[start:])
    note = "" if own else "The stack has no events from this action."
    return _Part(texts=texts, next=own[-1]["EventId"] if own else "", note=note)


def _event(found: Mapping[str, Any]) -> str:
    reason = found.get("ResourceStatusReason", "")
    line = f"{found['ResourceStatus']}  {found['ResourceType']}  {found['LogicalResourceId']}"
    return f"{line}: {reason}" if reason else line
