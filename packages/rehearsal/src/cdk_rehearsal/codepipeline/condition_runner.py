"""Checks a stage's condition: all of its rules side by side, each as an action is run."""

import time

from cdk_rehearsal.codepipeline.action_runner import ActionRunner
from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.emulator.hooks import spawn
from cdk_rehearsal.engine.conditions import begin_condition, condition_of, settle_condition
from cdk_rehearsal.engine.definition import Stage
from cdk_rehearsal.engine.execution import ConditionKind, ConditionStatus, Execution


def check_condition(
    store: Store,
    record: PipelineRecord,
    execution: Execution,
    stage: Stage,
    kind: ConditionKind,
    actions: ActionRunner,
) -> ConditionStatus:
    """Return what a condition came to; a stage without one has it met, and so has a rollback, which nothing holds up.

    One that was overridden earlier in this execution is not checked again.
    """
    declared = condition_of(stage, kind)
    if declared is None or execution.rollback_of:
        return ConditionStatus.SUCCEEDED
    with store.held():
        entered = execution.stage(stage.name)
        known = entered.conditions.get(kind) if entered else None
        if known is not None and known.status is ConditionStatus.OVERRIDDEN:
            return known.status
        condition = begin_condition(execution, stage.name, kind, time.time())
        rules = [rule.action() for rule in declared.rules]
        runs = [actions.begin_rule(stage.name, rule, kind, condition) for rule in rules]
    threads = [
        spawn(actions.run, rule, run, name=f"{stage.name} {kind} {rule.name}")
        for rule, run in zip(rules, runs, strict=True)
    ]
    for thread in threads:
        thread.join()
    with store.held():
        settled = settle_condition(execution, stage.name, kind, time.time())
        store.save_execution(record, execution)
    return settled.status
