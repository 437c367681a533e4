"""Follows a delivery from its push to its end, including the restart after a pipeline update."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from cdk_rehearsal.driver.pipeline_api import ENDED, ActionRun, PipelineApi, WaitingRule
from cdk_rehearsal.errors import RehearsalError

POLL_SECONDS = 0.2
START_SECONDS = 30.0


class Answer(Enum):
    """The outcome of a pending approval."""

    GIVEN = auto()
    LEFT = auto()
    NOT_YET = auto()


class Watcher(Protocol):
    """Receives the events of a delivery."""

    def execution(self, execution: str) -> None:
        """A new execution is followed."""

    def progress(self, runs: list[ActionRun]) -> None:
        """The action runs as they are now; called several times a second."""

    def held_up(self, rule: WaitingRule, execution: str, pipeline: str) -> None:
        """A rule of a stage's condition waits; called once for each that does."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How a delivery ended: its last execution, that one's status, and every action run of all its executions."""

    execution: str
    status: str
    reason: str
    runs: tuple[ActionRun, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the delivery reached the last stage."""
        return self.status == "Succeeded"

    @property
    def seconds(self) -> float:
        """The time from the start of its first action to the end of its last."""
        started = [run.started for run in self.runs]
        ended = [run.ended for run in self.runs if run.ended is not None]
        return (max(ended) - min(started)).total_seconds() if ended else 0.0

    def failures(self) -> list[ActionRun]:
        """Return the actions that failed."""
        return [run for run in self.runs if run.status == "Failed"]


def follow(
    api: PipelineApi,
    *,
    after: str | None,
    watcher: Watcher,
    on_approval: Callable[[str, ActionRun, list[ActionRun]], Answer],
    sleep: Callable[[float], None] = time.sleep,
    execution: str | None = None,
) -> Delivery | None:
    """Follow the executions that are newer than ``after`` until the newest one ends.

    ``on_approval(execution, run, runs so far)`` is called for each approval that waits, until it is answered; where it
    is left to someone else, following stops and None is returned. ``execution`` is one that
    runs already. Raises :class:`RehearsalError` when no execution starts.
    """
    execution = execution or _newer(api, after, sleep)
    watcher.execution(execution)
    past: list[ActionRun] = []
    answered: set[tuple[str, str]] = set()
    told: set[tuple[str, WaitingRule]] = set()
    while True:
        # The status first: runs that are read after an execution has ended are complete.
        status, reason = api.status(execution)
        runs = api.actions(execution)
        watcher.progress(runs)
        for run in _waiting(runs, answered, execution):
            answer = on_approval(execution, run, runs)
            if answer is Answer.LEFT:
                return None
            # NOT_YET: the action runs, but CodePipeline has no token for it so far.
            if answer is Answer.GIVEN:
                answered.add((execution, run.name))
        # Rules are checked before or after a stage's actions, never beside them.
        if status not in ENDED and all(run.ended is not None for run in runs):
            for rule in api.waiting_rules(execution):
                if (execution, rule) not in told:
                    told.add((execution, rule))
                    watcher.held_up(rule, execution, api.pipeline)
        if status in ENDED:
            newest = api.newest_execution()
            past += runs
            if newest is None or newest == execution or status not in ("Stopped", "Superseded", "Cancelled"):
                return Delivery(execution=execution, status=status, reason=reason, runs=tuple(past))
            execution = newest
            watcher.execution(execution)
        sleep(POLL_SECONDS)


def _waiting(runs: list[ActionRun], answered: set[tuple[str, str]], execution: str) -> list[ActionRun]:
    return [
        run
        for run in runs
        if (run.category, run.status) == ("Approval", "InProgress") and (execution, run.name) not in answered
    ]


def _newer(api: PipelineApi, after: str | None, sleep: Callable[[float], None]) -> str:
    for _ in range(int(START_SECONDS / POLL_SECONDS)):
        newest = api.newest_execution()
        if newest is not None and newest != after:
            return newest
        sleep(POLL_SECONDS)
    raise RehearsalError(f"the push started no execution of {api.pipeline} within {START_SECONDS:.0f} s")
