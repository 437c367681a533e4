import pytest
from tests.unit.engine.samples import execution, passed, ran

from cdk_rehearsal.engine.execution import ActionStatus, Execution, ExecutionStatus, StageStatus
from cdk_rehearsal.engine.problems import TransitionError
from cdk_rehearsal.engine.transitions import (
    begin_action,
    cancel,
    complete,
    end_action,
    enter,
    fail,
    latest,
    leave,
    stop,
    supersede,
    wait_for,
)

NOW = 9.0


def running(*actions: str, token: str = "") -> Execution:
    """An execution in stage Gate whose actions run."""
    found = execution(stages=[passed("Source")])
    enter(found, "Gate", NOW)
    for name in actions:
        begin_action(found, ran("Gate", name, ActionStatus.IN_PROGRESS, token=token))
    return found


def finish(found: Execution, status: ActionStatus = ActionStatus.SUCCEEDED) -> None:
    for run in found.actions:
        end_action(found, run, status, NOW)


def test_an_execution_waits_and_enters() -> None:
    found = execution()
    wait_for(found, "Source", NOW)
    assert found.waiting_for == "Source"
    enter(found, "Source", NOW)
    assert found.waiting_for is None
    stage = found.stage("Source")
    assert stage is not None
    assert stage.status is StageStatus.IN_PROGRESS


def test_a_stage_whose_actions_succeed_succeeds() -> None:
    found = running("A", "B")
    finish(found)
    assert leave(found, "Gate", NOW) is StageStatus.SUCCEEDED
    complete(found, NOW)
    assert (found.status, found.changed) == (ExecutionStatus.SUCCEEDED, NOW)


def test_one_failed_action_fails_stage_and_execution() -> None:
    found = running("A", "B")
    end_action(found, found.actions[0], ActionStatus.FAILED, NOW)
    end_action(found, found.actions[1], ActionStatus.SUCCEEDED, NOW)
    assert leave(found, "Gate", NOW) is StageStatus.FAILED
    assert found.status is ExecutionStatus.FAILED


def test_only_the_last_run_of_an_action_counts() -> None:
    first, second = ran("Gate", "A", ActionStatus.FAILED), ran("Gate", "A")
    assert latest([first, second]) == [second]


def test_a_stage_that_was_never_entered_cannot_be_left() -> None:
    with pytest.raises(TransitionError, match="never entered stage Gate"):
        leave(execution(), "Gate", NOW)
    assert execution().attempt("Gate") == []


def test_stopping_lets_the_running_actions_end() -> None:
    found = running("A")
    stop(found, abandon=False, reason="lunch", now=NOW)
    stage = found.stage("Gate")
    assert stage is not None
    assert (found.status, stage.status) == (ExecutionStatus.STOPPING, StageStatus.STOPPING)
    assert found.actions[0].running
    finish(found)
    assert leave(found, "Gate", NOW) is StageStatus.STOPPED
    assert (found.status, found.stop_reason) == (ExecutionStatus.STOPPED, "lunch")


def test_abandoning_leaves_the_running_actions_behind() -> None:
    found = running("A")
    stop(found, abandon=True, reason="", now=NOW)
    assert (found.status, found.actions[0].status) == (ExecutionStatus.STOPPED, ActionStatus.ABANDONED)
    finish(found)
    assert found.actions[0].status is ActionStatus.ABANDONED
    assert leave(found, "Gate", NOW) is StageStatus.STOPPED


def test_abandoning_may_follow_a_wait() -> None:
    found = running("A")
    stop(found, abandon=False, reason="", now=NOW)
    stop(found, abandon=True, reason="", now=NOW)
    assert found.status is ExecutionStatus.STOPPED


def test_an_execution_between_stages_stops_at_once() -> None:
    found = execution(stages=[passed("Source")], waiting_for="Gate")
    stop(found, abandon=False, reason="", now=NOW)
    assert (found.status, found.waiting_for) == (ExecutionStatus.STOPPED, None)
    assert found.stages[0].status is StageStatus.SUCCEEDED


def test_stopping_twice_is_refused() -> None:
    found = running("A")
    stop(found, abandon=False, reason="", now=NOW)
    with pytest.raises(TransitionError) as refused:
        stop(found, abandon=False, reason="", now=NOW)
    assert refused.value.code == "DuplicatedStopRequestException"


def test_what_has_ended_cannot_be_stopped() -> None:
    found = execution(status=ExecutionStatus.FAILED)
    with pytest.raises(TransitionError) as refused:
        stop(found, abandon=False, reason="", now=NOW)
    assert refused.value.code == "PipelineExecutionNotStoppableException"


def test_a_superseded_execution_names_the_newer_one() -> None:
    found = execution(waiting_for="Gate")
    supersede(found, "newer", NOW)
    assert (found.status, found.waiting_for) == (ExecutionStatus.SUPERSEDED, None)
    assert "newer" in found.summary


def test_a_new_definition_cancels_but_lets_running_actions_end() -> None:
    found = running("A")
    cancel(found, 3, NOW)
    assert (found.status, found.stages[1].status) == (ExecutionStatus.CANCELLED, StageStatus.CANCELLED)
    assert found.stages[0].status is StageStatus.SUCCEEDED
    assert found.actions[0].running
    assert "version 3" in found.summary
    finish(found)
    assert found.actions[0].status is ActionStatus.SUCCEEDED
    assert leave(found, "Gate", NOW) is StageStatus.CANCELLED


def test_a_new_definition_abandons_open_approvals() -> None:
    found = running("Approve", token="t")
    cancel(found, 3, NOW)
    assert found.actions[0].status is ActionStatus.ABANDONED


def test_a_lost_execution_fails_with_its_reason() -> None:
    found = running("A", "Done")
    end_action(found, found.actions[1], ActionStatus.SUCCEEDED, NOW)
    fail(found, "the machine went away", NOW)
    action, done = found.actions
    assert done.status is ActionStatus.SUCCEEDED
    assert (found.status, found.summary) == (ExecutionStatus.FAILED, "the machine went away")
    assert (action.status, action.error_message) == (ActionStatus.FAILED, "the machine went away")
    assert found.stages[1].status is StageStatus.FAILED
    assert found.stages[0].status is StageStatus.SUCCEEDED
    assert leave(found, "Gate", NOW) is StageStatus.FAILED


def test_a_cancelled_execution_stays_cancelled_when_its_last_action_is_lost() -> None:
    found = running("A")
    cancel(found, 3, NOW)
    fail(found, "the machine went away", NOW)
    assert found.status is ExecutionStatus.CANCELLED
    assert found.actions[0].status is ActionStatus.FAILED
