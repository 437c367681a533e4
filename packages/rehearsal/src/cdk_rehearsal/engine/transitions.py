"""How an execution changes state. Each function checks that the change is one that CodePipeline makes."""

from collections.abc import Iterable

from cdk_rehearsal.engine.execution import (
    ActionRun,
    ActionStatus,
    ConditionStatus,
    Execution,
    ExecutionStatus,
    RuleRun,
    StageRun,
    StageStatus,
)
from cdk_rehearsal.engine.problems import TransitionError

# How a stage ends in which an execution was cut short.
_AFTER_THE_END = {
    ExecutionStatus.CANCELLED: StageStatus.CANCELLED,
    ExecutionStatus.STOPPED: StageStatus.STOPPED,
}


def wait_for(execution: Execution, stage: str, now: float) -> None:
    """Put the execution in front of a stage."""
    execution.waiting_for = stage
    execution.changed = now


def enter(execution: Execution, stage: str, now: float) -> None:
    """Let the execution into a stage, for the first time or again."""
    execution.waiting_for = None
    execution.changed = now
    known = execution.stage(stage)
    if known is None:
        execution.stages.append(StageRun(name=stage, entered=now, first_action=len(execution.actions)))
    else:
        known.status = StageStatus.IN_PROGRESS
        known.entered = now
        # What was overridden once is not checked again in this execution.
        kept = [each for each in known.conditions.items() if each[1].status is ConditionStatus.OVERRIDDEN]
        known.conditions = dict(kept)


def begin_action(execution: Execution, run: ActionRun) -> None:
    """Record that an action starts."""
    execution.actions.append(run)
    execution.changed = run.started


def end_action(execution: Execution, run: ActionRun, status: ActionStatus, now: float) -> None:
    """Record what an action came to. One that was abandoned meanwhile stays abandoned."""
    if run.running:
        run.status = status
    run.changed = execution.changed = now


def leave(execution: Execution, stage: str, now: float) -> StageStatus:
    """Close a stage whose actions have ended, by what they and the execution came to.

    Raises:
        TransitionError: the execution is not in the stage.
    """
    run = execution.stage(stage)
    if run is None:
        raise TransitionError("StageNotFoundException", f"Execution {execution.id} never entered stage {stage}")
    execution.changed = now
    if execution.ended:
        run.status = _AFTER_THE_END.get(execution.status, StageStatus.FAILED)
    elif action_failed(execution, stage):
        run.status = StageStatus.FAILED
        _end(execution, ExecutionStatus.FAILED, now)
    elif failed := [(kind, each) for kind, each in run.conditions.items() if each.status is ConditionStatus.FAILED]:
        kind, condition = failed[-1]
        run.status = StageStatus.FAILED
        execution.summary = f"The {kind} condition of stage {stage} was not met: {condition.summary}"
        _end(execution, ExecutionStatus.FAILED, now)
    elif execution.status is ExecutionStatus.STOPPING:
        run.status = StageStatus.STOPPED
        _end(execution, ExecutionStatus.STOPPED, now)
    else:
        run.status = StageStatus.SUCCEEDED
    return run.status


def action_failed(execution: Execution, stage: str) -> bool:
    """Say whether an action failed in the latest attempt at a stage."""
    return any(each.status is ActionStatus.FAILED for each in latest(execution.attempt(stage)))


def latest(runs: Iterable[ActionRun]) -> list[ActionRun]:
    """Return the last run of each action."""
    by_action = {run.action: run for run in runs}
    return list(by_action.values())


def complete(execution: Execution, now: float) -> None:
    """The last stage is done."""
    _end(execution, ExecutionStatus.SUCCEEDED, now)


def stop(execution: Execution, *, abandon: bool, reason: str, now: float) -> None:
    """Stop after the running actions, or without them.

    Raises:
        TransitionError: PipelineExecutionNotStoppableException when it ended already, DuplicatedStopRequestException
            when it is stopping already; only abandoning may follow a wait.
    """
    if execution.ended:
        raise TransitionError(
            "PipelineExecutionNotStoppableException",
            f"Pipeline execution {execution.id} cannot be stopped: it is {execution.status}",
        )
    if execution.status is ExecutionStatus.STOPPING and not abandon:
        raise TransitionError(
            "DuplicatedStopRequestException", f"Pipeline execution {execution.id} is already being stopped"
        )
    execution.stop_reason = reason
    execution.abandon = abandon
    running = execution.running
    if abandon:
        _close_conditions(execution, ConditionStatus.ABANDONED, now)
        for run in running:
            run.status = ActionStatus.ABANDONED
            run.changed = now
            run.summary = run.summary or "abandoned"
        running = []
    if running:
        execution.status = ExecutionStatus.STOPPING
        execution.changed = now
    else:
        _end(execution, ExecutionStatus.STOPPED, now)
    for stage in execution.stages:
        if stage.open:
            stage.status = StageStatus.STOPPING if running else StageStatus.STOPPED


def supersede(execution: Execution, by: str, now: float) -> None:
    """A newer execution went past this one while it waited."""
    execution.summary = f"Superseded by pipeline execution {by}"
    _end(execution, ExecutionStatus.SUPERSEDED, now)


def cancel(execution: Execution, version: int, now: float) -> None:
    """The pipeline was changed: this execution starts nothing more.

    Actions that run keep running to their end, among them the one that changed the pipeline; one that only waits for
    an answer is abandoned, since nobody would act on the answer, and so are rules.
    """
    execution.summary = f"The pipeline's definition was updated to version {version} while the execution ran"
    for run in execution.running:
        if run.token or isinstance(run, RuleRun):
            run.status = ActionStatus.ABANDONED
            run.changed = now
    _close_conditions(execution, ConditionStatus.CANCELLED, now)
    for stage in execution.stages:
        if stage.open:
            stage.status = StageStatus.CANCELLED
    _end(execution, ExecutionStatus.CANCELLED, now)


def fail(execution: Execution, reason: str, now: float) -> None:
    """Fail whatever still runs of an execution, because what ran it is gone; ``reason`` says why.

    One that had ended already keeps its status: only an action that was left running is failed.
    """
    for run in execution.running:
        run.status = ActionStatus.FAILED
        run.error_code = "InternalError"
        run.error_message = run.summary = reason
        run.changed = now
    _close_conditions(execution, ConditionStatus.FAILED, now)
    if execution.ended:
        return
    for stage in execution.stages:
        if stage.open:
            stage.status = StageStatus.FAILED
    execution.summary = reason
    _end(execution, ExecutionStatus.FAILED, now)


def _close_conditions(execution: Execution, status: ConditionStatus, now: float) -> None:
    for stage in execution.stages:
        for condition in stage.conditions.values():
            if condition.status is ConditionStatus.IN_PROGRESS:
                condition.status, condition.changed = status, now


def _end(execution: Execution, status: ExecutionStatus, now: float) -> None:
    execution.status = status
    execution.waiting_for = None
    execution.changed = now
