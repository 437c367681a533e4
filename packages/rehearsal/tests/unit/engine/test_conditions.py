from typing import Any

import pytest
from tests.unit.engine.samples import approval, execution, passed

from cdk_rehearsal.engine.conditions import begin_condition, begin_rule, override, settle_condition, skip
from cdk_rehearsal.engine.definition import Stage
from cdk_rehearsal.engine.execution import (
    ActionStatus,
    ConditionKind,
    ConditionStatus,
    Execution,
    ExecutionStatus,
    RuleRun,
    StageStatus,
)
from cdk_rehearsal.engine.problems import TransitionError
from cdk_rehearsal.engine.transitions import cancel, enter, fail, leave, stop

ENTRY, SUCCESS, FAILURE = ConditionKind


def stage(result: str = "FAIL", member: str = "beforeEntry") -> Stage:
    window = {"name": "Window", "ruleTypeId": {"category": "Rule", "provider": "DeploymentWindow"}}
    conditions = {"conditions": [{"result": result, "rules": [window]}]}
    return Stage.model_validate({"name": "Gate", "actions": [approval().model_dump(by_alias=True)], member: conditions})


def rule(status: ActionStatus = ActionStatus.IN_PROGRESS, **members: Any) -> RuleRun:
    return RuleRun(
        id=f"rule-{status}",
        stage="Gate",
        action="Window",
        condition=ENTRY,
        started=1,
        changed=1,
        status=status,
        **members,
    )


def checking(*statuses: ActionStatus, kind: ConditionKind = ENTRY) -> Execution:
    """An execution in the stage Gate, whose condition has rules of these statuses."""
    found = execution(stages=[passed("Source"), passed("Gate", StageStatus.IN_PROGRESS)])
    condition = begin_condition(found, "Gate", kind, 2)
    for status in statuses:
        begin_rule(found, condition, rule(status, summary="why"))
    return found


def condition(found: Execution, kind: ConditionKind = ENTRY) -> ConditionStatus:
    gate = found.stage("Gate")
    assert gate is not None
    return gate.conditions[kind].status


def test_a_condition_is_met_if_every_rule_is() -> None:
    found = checking(ActionStatus.SUCCEEDED)
    assert settle_condition(found, "Gate", ENTRY, 3).status is ConditionStatus.SUCCEEDED
    assert leave(found, "Gate", 4) is StageStatus.SUCCEEDED


def test_one_failed_rule_fails_the_condition_the_stage_and_the_execution_with_its_words() -> None:
    found = checking(ActionStatus.SUCCEEDED, ActionStatus.FAILED)
    assert settle_condition(found, "Gate", ENTRY, 3).summary == "rule Window failed: why"
    assert leave(found, "Gate", 4) is StageStatus.FAILED
    assert found.status is ExecutionStatus.FAILED
    assert found.summary == "The BEFORE_ENTRY condition of stage Gate was not met: rule Window failed: why"


def test_what_was_overridden_meanwhile_stays_so() -> None:
    found = checking(ActionStatus.IN_PROGRESS)
    assert not override(found, stage(), ENTRY, [found], 3)
    assert [run.status for run in found.rules] == [ActionStatus.ABANDONED]
    assert settle_condition(found, "Gate", ENTRY, 4).status is ConditionStatus.OVERRIDDEN


def test_entering_again_forgets_conditions_but_not_what_was_overridden() -> None:
    found = checking(ActionStatus.FAILED)
    begin_condition(found, "Gate", SUCCESS, 2)
    override(found, stage(), ENTRY, [found], 3)
    enter(found, "Gate", 4)
    gate = found.stage("Gate")
    assert gate is not None
    assert gate.conditions.keys() == {ENTRY}


@pytest.mark.parametrize(("kind", "after"), [(ENTRY, StageStatus.IN_PROGRESS), (SUCCESS, StageStatus.SUCCEEDED)])
def test_overriding_what_has_failed_lets_the_execution_go_on(kind: ConditionKind, after: StageStatus) -> None:
    found = checking(ActionStatus.FAILED, kind=kind)
    settle_condition(found, "Gate", kind, 3)
    leave(found, "Gate", 4)
    member = "beforeEntry" if kind is ENTRY else "onSuccess"
    assert override(found, stage(member=member), kind, [found], 5)
    gate = found.stage("Gate")
    assert gate is not None
    assert (found.status, found.summary, gate.status) == (ExecutionStatus.IN_PROGRESS, "", after)


def refused(found: Execution, declared: Stage, kind: ConditionKind = ENTRY, *others: Execution) -> str:
    with pytest.raises(TransitionError) as refusal:
        override(found, declared, kind, [found, *others], 5)
    return refusal.value.code


def test_what_cannot_be_overridden_says_so() -> None:
    code = "ConditionNotOverridableException"
    assert refused(checking(ActionStatus.FAILED), stage("SKIP")) == code
    assert refused(checking(ActionStatus.FAILED), stage(), SUCCESS) == code
    assert refused(execution(), stage()) == code
    met = checking(ActionStatus.SUCCEEDED)
    settle_condition(met, "Gate", ENTRY, 3)
    assert refused(met, stage()) == code
    later = execution("later", stages=[passed("Gate", entered=9)])
    assert refused(checking(ActionStatus.FAILED), stage(), ENTRY, later) == "NotLatestPipelineExecutionException"


def test_a_condition_belongs_to_a_stage_that_was_entered() -> None:
    with pytest.raises(TransitionError, match="never entered stage Gate"):
        skip(execution(), "Gate", 1)


def test_a_skipped_stage_has_not_succeeded() -> None:
    found = checking(ActionStatus.FAILED)
    skip(found, "Gate", 3)
    gate = found.stage("Gate")
    assert gate is not None
    assert gate.status is StageStatus.SKIPPED
    assert not found.succeeded_in("Gate")
    assert not found.occupies("Gate")


def test_rules_keep_a_stage_occupied_and_are_waited_for_by_a_stop() -> None:
    found = checking(ActionStatus.IN_PROGRESS)
    stop(found, abandon=False, reason="", now=3)
    assert found.status is ExecutionStatus.STOPPING
    assert found.occupies("Gate")
    found.rules[0].status = ActionStatus.SUCCEEDED
    settle_condition(found, "Gate", ENTRY, 4)
    assert leave(found, "Gate", 5) is StageStatus.STOPPED


def test_what_a_condition_came_to_outlives_its_execution() -> None:
    found = checking(ActionStatus.SUCCEEDED)
    settle_condition(found, "Gate", ENTRY, 3)
    stop(found, abandon=True, reason="", now=4)
    assert condition(found) is ConditionStatus.SUCCEEDED


def test_a_condition_ends_with_its_execution() -> None:
    found = checking(ActionStatus.IN_PROGRESS)
    stop(found, abandon=True, reason="", now=3)
    assert (condition(found), found.rules[0].status) == (ConditionStatus.ABANDONED, ActionStatus.ABANDONED)
    found = checking(ActionStatus.IN_PROGRESS)
    cancel(found, 2, 3)
    assert (condition(found), found.rules[0].status) == (ConditionStatus.CANCELLED, ActionStatus.ABANDONED)
    found = checking(ActionStatus.IN_PROGRESS)
    fail(found, "lost", 3)
    assert (condition(found), found.rules[0].error_message) == (ConditionStatus.FAILED, "lost")


def test_a_failed_action_is_the_reason_before_any_condition() -> None:
    found = checking(ActionStatus.FAILED, kind=FAILURE)
    settle_condition(found, "Gate", FAILURE, 3)
    found.actions.append(rule(ActionStatus.FAILED))
    assert leave(found, "Gate", 4) is StageStatus.FAILED
    assert found.summary == ""
