"""Who may enter a stage: execution modes.

Rules: "How pipeline executions work" and "Set or change the pipeline execution mode" in the CodePipeline user guide.
SUPERSEDED: one execution a stage; of those that wait in front of it only the newest goes on. QUEUED: one a stage,
first come first served. PARALLEL: nobody waits for anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from cdk_rehearsal.engine.execution import Execution, ExecutionStatus


class Verdict(Enum):
    """What an execution in front of a stage does."""

    ENTER = auto()
    WAIT = auto()
    GIVE_WAY = auto()


@dataclass(frozen=True, kw_only=True)
class Admission:
    """A verdict, and the id of the newer execution that is given way to."""

    verdict: Verdict
    to: str = ""


def admission(execution: Execution, stage: str, others: Sequence[Execution], *, enabled: bool) -> Admission:
    """Say whether ``execution`` may enter ``stage``.

    Args:
        execution: the one that waits.
        stage: the stage in front of it.
        others: all executions of the pipeline, in the order in which they started; may include it.
        enabled: whether the transition into the stage is enabled.
    """
    mode = execution.pipeline.execution_mode
    place = next((index for index, each in enumerate(others) if each.id == execution.id), len(others))
    if mode == "SUPERSEDED" and execution.rollback_of is None:
        newer = [each for each in others[place + 1 :] if each.rollback_of is None and _passes(each, stage)]
        if newer:
            return Admission(verdict=Verdict.GIVE_WAY, to=newer[-1].id)
    if not enabled:
        return Admission(verdict=Verdict.WAIT)
    if mode != "PARALLEL" and any(each.occupies(stage) for each in others if each.id != execution.id):
        return Admission(verdict=Verdict.WAIT)
    if mode == "QUEUED" and any(each.waiting_for == stage for each in others[:place]):
        return Admission(verdict=Verdict.WAIT)
    return Admission(verdict=Verdict.ENTER)


def _passes(newer: Execution, stage: str) -> bool:
    """Whether a newer execution stands beside an older one that waits for ``stage``, or is past it."""
    waits_too = newer.waiting_for == stage and newer.status is ExecutionStatus.IN_PROGRESS
    return waits_too or newer.reached(stage) >= 0
