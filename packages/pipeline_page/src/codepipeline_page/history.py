"""Past executions: the duration and the result of each stage."""

from dataclasses import dataclass
from typing import Any

from codepipeline_page.overview import ExecutionView, recent
from codepipeline_page.runs import RUNNING, Run, latest, runs_of

COMPARED = 10
WORST = ("Failed", "Abandoned", RUNNING, "Succeeded")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """An execution's run of one stage; ``seconds`` is from its first action's start to its last action's end."""

    stage: str
    status: str
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Past:
    """An execution and its stages, in the pipeline's order."""

    execution: ExecutionView
    passages: tuple[Passage, ...]


@dataclass(frozen=True, kw_only=True)
class History:
    """The newest executions, newest first, and the stages of the pipeline."""

    stages: tuple[str, ...]
    executions: tuple[Past, ...]


def history(client: Any, pipeline: str) -> History:
    """Return the newest executions with the result of each stage."""
    definition = client.get_pipeline(name=pipeline)["pipeline"]
    stages = tuple(each["name"] for each in definition["stages"])
    past = []
    for execution in recent(client, pipeline)[:COMPARED]:
        runs = runs_of(client, pipeline, execution.id)
        passages = [_passage(stage, [run for run in runs if run.stage == stage]) for stage in stages]
        past.append(Past(execution=execution, passages=tuple(each for each in passages if each is not None)))
    return History(stages=stages, executions=tuple(past))


def _passage(stage: str, runs: list[Run]) -> Passage | None:
    if not runs:
        return None
    statuses = {run.status for run in latest(runs).values()}
    status = next((each for each in WORST if each in statuses), runs[-1].status)
    ends = [run.ended for run in runs if run.ended is not None]
    ended = len(ends) == len(runs)
    return Passage(stage=stage, status=status, seconds=max(ends) - min(run.started for run in runs) if ended else None)
