"""Retrying and rolling back a stage."""

from collections.abc import Sequence

from cdk_rehearsal.engine.definition import Pipeline, RetryMode
from cdk_rehearsal.engine.execution import ActionStatus, Execution, ExecutionStatus, StageStatus
from cdk_rehearsal.engine.problems import TransitionError
from cdk_rehearsal.engine.transitions import latest

RETRYABLE = {StageStatus.FAILED, StageStatus.STOPPED}


def check_retry(execution: Execution, stage: str, *, current: Pipeline, others: Sequence[Execution]) -> None:
    """Refuse a retry that CodePipeline refuses.

    Args:
        execution: the one to continue.
        stage: the stage to run again.
        current: the pipeline as it is defined now.
        others: all executions of the pipeline, in the order in which they started.

    Raises:
        TransitionError: StageNotFoundException, StageNotRetryableException or NotLatestPipelineExecutionException.
    """
    if current.stage(stage) is None:
        raise TransitionError(
            "StageNotFoundException", f"Pipeline '{current.name}' does not have a stage with name '{stage}'"
        )
    run = execution.stage(stage)
    if run is None or run.status not in RETRYABLE or not execution.ended:
        what = "it never got there" if run is None else f"the stage is {run.status}, the execution {execution.status}"
        raise TransitionError("StageNotRetryableException", f"Stage '{stage}' cannot be retried: {what}")
    if current.version != execution.pipeline.version:
        raise TransitionError(
            "StageNotRetryableException",
            f"Stage '{stage}' cannot be retried: the pipeline changed from version {execution.pipeline.version} "
            f"to {current.version}",
        )
    latest_there = max((each for each in others if each.stage(stage)), key=lambda each: _entered(each, stage))
    if latest_there.id != execution.id:
        raise TransitionError(
            "NotLatestPipelineExecutionException",
            f"Stage '{stage}' ran later in pipeline execution {latest_there.id}",
        )


def _entered(execution: Execution, stage: str) -> float:
    run = execution.stage(stage)
    return run.entered if run else 0.0


def reopen(execution: Execution, stage: str, mode: RetryMode, now: float, *, automatic: bool = False) -> frozenset[str]:
    """Make a failed execution go on at ``stage``; return the actions that are not run again."""
    run = execution.stage(stage)
    if run is None:
        raise TransitionError("StageNotRetryableException", f"{stage} was never entered")
    succeeded = {each.action for each in latest(execution.attempt(stage)) if each.status is ActionStatus.SUCCEEDED}
    if mode == "ALL_ACTIONS":
        run.first_action = len(execution.actions)
        succeeded = set()
    if automatic:
        run.automatic_retries += 1
    else:
        run.manual_retries += 1
    execution.status = ExecutionStatus.IN_PROGRESS
    execution.summary = execution.stop_reason = ""
    execution.abandon = False
    execution.changed = now
    return frozenset(succeeded)


def rollback_target(stage: str, *, current: Pipeline, others: Sequence[Execution], failed: str) -> Execution | None:
    """Return the latest execution of the current structure that succeeded in ``stage``, other than ``failed``."""
    for each in reversed(others):
        if (
            each.succeeded_in(stage)
            and each.id != failed
            and each.pipeline.version == current.version
            and each.rollback_of is None
        ):
            return each
    return None
