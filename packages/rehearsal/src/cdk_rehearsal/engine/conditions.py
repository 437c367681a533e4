"""Stage conditions: rules that are checked before a stage is entered, after it succeeded, and after it failed.

Rules: "How do stage conditions work?" and "Configure conditions for a stage" in the CodePipeline user guide. A
condition fails if one of its rules fails, and only then its result is engaged; what may be overridden, and what then
happens, is a table in the latter.
"""

from collections.abc import Sequence

from cdk_rehearsal.engine.definition import Condition, Stage
from cdk_rehearsal.engine.execution import (
    ActionStatus,
    ConditionKind,
    ConditionRun,
    ConditionStatus,
    Execution,
    ExecutionStatus,
    RuleRun,
    StageRun,
    StageStatus,
)
from cdk_rehearsal.engine.problems import TransitionError

NOT_OVERRIDABLE = "ConditionNotOverridableException"


def condition_of(stage: Stage, kind: ConditionKind) -> Condition | None:
    """Return what a stage declares for one of its three moments."""
    declared = {
        ConditionKind.BEFORE_ENTRY: stage.before_entry.conditions if stage.before_entry else (),
        ConditionKind.ON_SUCCESS: stage.on_success.conditions if stage.on_success else (),
        ConditionKind.ON_FAILURE: stage.on_failure.conditions if stage.on_failure else (),
    }[kind]
    return declared[0] if declared else None


def begin_condition(execution: Execution, stage: str, kind: ConditionKind, now: float) -> ConditionRun:
    """Record that a condition is checked, for the first time or again.

    Raises:
        TransitionError: the execution is not in the stage.
    """
    run = ConditionRun(changed=now)
    _stage(execution, stage).conditions[kind] = run
    execution.changed = now
    return run


def begin_rule(execution: Execution, condition: ConditionRun, run: RuleRun) -> None:
    """Record that a rule of a condition starts."""
    execution.rules.append(run)
    condition.rules.append(run.id)
    execution.changed = run.started


def settle_condition(execution: Execution, stage: str, kind: ConditionKind, now: float) -> ConditionRun:
    """Record what a condition's rules came to. One that was overridden or given up meanwhile stays so."""
    condition = _stage(execution, stage).conditions[kind]
    if condition.status is not ConditionStatus.IN_PROGRESS:
        return condition
    runs = rules_of(execution, condition)
    failed = [run for run in runs if run.status is not ActionStatus.SUCCEEDED]
    condition.status = ConditionStatus.FAILED if failed else ConditionStatus.SUCCEEDED
    condition.summary = "; ".join(f"rule {run.action} {run.status.lower()}: {run.summary}" for run in failed)
    condition.changed = execution.changed = now
    return condition


def rules_of(execution: Execution, condition: ConditionRun) -> list[RuleRun]:
    """Return the runs of a condition's rules, in the order in which they were declared."""
    return [run for run in execution.rules if run.id in condition.rules]


def skip(execution: Execution, stage: str, now: float) -> None:
    """Pass a stage over without running anything in it.

    Raises:
        TransitionError: the execution is not in the stage.
    """
    _stage(execution, stage).status = StageStatus.SKIPPED
    execution.changed = now


def override(execution: Execution, stage: Stage, kind: ConditionKind, others: Sequence[Execution], now: float) -> bool:
    """Let an execution pass a condition that is being checked or has failed.

    Rules that still run are abandoned. Return whether the execution had failed at the condition and goes on now; on
    success of the stage it goes on after the stage, otherwise inside.

    Args:
        execution: the one that is held up.
        stage: the stage whose condition it is.
        kind: which of the stage's conditions; on failure there is nothing to let pass.
        others: all executions of the pipeline, in the order in which they started.
        now: the time.

    Raises:
        TransitionError: ConditionNotOverridableException or NotLatestPipelineExecutionException.
    """
    declared, run = condition_of(stage, kind), execution.stage(stage.name)
    condition = run.conditions.get(kind) if run else None
    if declared is None or run is None or condition is None:
        raise TransitionError(NOT_OVERRIDABLE, f"Stage '{stage.name}' checks no {kind} condition in this execution")
    if declared.result == "SKIP":
        raise TransitionError(NOT_OVERRIDABLE, "A condition that is configured with the result SKIP is not overridden")
    later = [each for each in others if (there := each.stage(stage.name)) and there.entered > run.entered]
    if later:
        raise TransitionError(
            "NotLatestPipelineExecutionException",
            f"Stage '{stage.name}' ran later in pipeline execution {later[-1].id}",
        )
    failed = condition.status is ConditionStatus.FAILED and run.status is StageStatus.FAILED
    if condition.status is not ConditionStatus.IN_PROGRESS and not failed:
        raise TransitionError(NOT_OVERRIDABLE, f"The {kind} condition of stage '{stage.name}' is {condition.status}")
    condition.status, condition.changed = ConditionStatus.OVERRIDDEN, now
    for rule in rules_of(execution, condition):
        if rule.running:
            rule.status, rule.changed = ActionStatus.ABANDONED, now
    if failed:
        execution.status, execution.summary = ExecutionStatus.IN_PROGRESS, ""
        run.status = StageStatus.SUCCEEDED if kind is ConditionKind.ON_SUCCESS else StageStatus.IN_PROGRESS
    execution.changed = now
    return failed


def _stage(execution: Execution, stage: str) -> StageRun:
    run = execution.stage(stage)
    if run is None:
        raise TransitionError("StageNotFoundException", f"Execution {execution.id} never entered stage {stage}")
    return run
