from typing import Any

import pytest
from tests.unit.engine.samples import execution, passed, pipeline, ran

from cdk_rehearsal.engine.execution import ActionStatus, Execution, ExecutionStatus, StageStatus
from cdk_rehearsal.engine.problems import TransitionError
from cdk_rehearsal.engine.retry import check_retry, reopen, rollback_target
from cdk_rehearsal.engine.transitions import enter, latest

NOW = 9.0


def failed(id_: str = "failed", **members: Any) -> Execution:
    return execution(
        id_,
        status=ExecutionStatus.FAILED,
        stages=[passed("Source"), passed("Gate", StageStatus.FAILED, entered=members.pop("entered", 2.0))],
        actions=[ran("Source", "Source"), ran("Gate", "A"), ran("Gate", "B", ActionStatus.FAILED)],
        **members,
    )


def refusal(found: Execution, stage: str, *others: Execution, version: int = 1) -> str:
    with pytest.raises(TransitionError) as refused:
        check_retry(found, stage, current=pipeline(version=version), others=[found, *others])
    return refused.value.code


def test_a_failed_stage_can_be_retried() -> None:
    found = failed()
    check_retry(found, "Gate", current=pipeline(), others=[execution("other"), found])


def test_a_stopped_stage_can_be_retried() -> None:
    found = failed()
    found.status, found.stages[1].status = ExecutionStatus.STOPPED, StageStatus.STOPPED
    check_retry(found, "Gate", current=pipeline(), others=[found])


def test_an_unknown_stage_is_refused() -> None:
    assert refusal(failed(), "Elsewhere") == "StageNotFoundException"


def test_a_stage_that_did_not_fail_is_refused() -> None:
    assert refusal(failed(), "Source") == "StageNotRetryableException"
    assert refusal(execution(), "Gate") == "StageNotRetryableException"


def test_a_failed_stage_of_an_execution_that_still_runs_is_refused() -> None:
    found = failed()
    found.status = ExecutionStatus.IN_PROGRESS
    assert refusal(found, "Gate") == "StageNotRetryableException"


def test_a_changed_pipeline_is_refused() -> None:
    assert refusal(failed(), "Gate", version=2) == "StageNotRetryableException"


def test_an_outdated_execution_is_refused() -> None:
    assert refusal(failed(), "Gate", failed("newer", entered=5.0)) == "NotLatestPipelineExecutionException"


def test_failed_actions_are_run_again_and_succeeded_ones_are_not() -> None:
    found = failed()
    assert reopen(found, "Gate", "FAILED_ACTIONS", NOW) == {"A"}
    assert found.status is ExecutionStatus.IN_PROGRESS
    assert found.stages[1].manual_retries == 1
    found.actions.append(ran("Gate", "B"))
    assert [run.status for run in latest(found.attempt("Gate"))] == [ActionStatus.SUCCEEDED] * 2


def test_a_retry_of_all_actions_starts_from_the_first() -> None:
    found = failed()
    assert reopen(found, "Gate", "ALL_ACTIONS", NOW) == set()
    assert found.attempt("Gate") == []
    enter(found, "Gate", NOW)
    assert found.stages[1].status is StageStatus.IN_PROGRESS
    assert found.attempt("Gate") == []


def test_automatic_retries_are_counted_apart() -> None:
    found = failed()
    reopen(found, "Gate", "FAILED_ACTIONS", NOW, automatic=True)
    assert (found.stages[1].automatic_retries, found.stages[1].manual_retries) == (1, 0)


def test_a_stage_that_was_never_entered_cannot_be_reopened() -> None:
    with pytest.raises(TransitionError):
        reopen(execution(), "Gate", "ALL_ACTIONS", NOW)


def succeeded(id_: str, **members: Any) -> Execution:
    return execution(id_, stages=[passed("Source"), passed("Gate")], **members)


def test_the_latest_success_is_rolled_back_to() -> None:
    others = [succeeded("old"), succeeded("recent"), failed()]
    target = rollback_target("Gate", current=pipeline(), others=others, failed="failed")
    assert target is not None
    assert target.id == "recent"


def test_another_structure_and_another_rollback_are_no_targets() -> None:
    others = [succeeded("old", of=pipeline(version=1)), succeeded("rollback", rollback_of="old"), succeeded("self")]
    assert rollback_target("Gate", current=pipeline(version=2), others=others, failed="self") is None
    assert rollback_target("Gate", current=pipeline(), others=others[1:], failed="self") is None
