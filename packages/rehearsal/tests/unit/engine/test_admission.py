import pytest
from tests.unit.engine.samples import execution, passed, pipeline, ran

from cdk_rehearsal.engine.admission import Verdict, admission
from cdk_rehearsal.engine.execution import ActionStatus, Execution, ExecutionStatus, StageStatus


def waiting(id_: str, *, mode: str = "SUPERSEDED", stage: str = "Gate") -> Execution:
    before = [passed("Source")] if stage == "Gate" else []
    return execution(id_, of=pipeline(executionMode=mode), waiting_for=stage, stages=before)


def inside(id_: str, *, mode: str = "SUPERSEDED") -> Execution:
    stages = [passed("Source"), passed("Gate", StageStatus.IN_PROGRESS)]
    return execution(id_, of=pipeline(executionMode=mode), stages=stages)


def verdict(one: Execution, *others: Execution, enabled: bool = True, stage: str = "Gate") -> Verdict:
    return admission(one, stage, others, enabled=enabled).verdict


@pytest.mark.parametrize("mode", ["SUPERSEDED", "QUEUED", "PARALLEL"])
def test_a_free_stage_is_entered(mode: str) -> None:
    one = waiting("one", mode=mode)
    assert verdict(one, one) is Verdict.ENTER
    assert verdict(one) is Verdict.ENTER


@pytest.mark.parametrize("mode", ["SUPERSEDED", "QUEUED", "PARALLEL"])
def test_a_closed_transition_lets_nobody_in(mode: str) -> None:
    assert verdict(waiting("one", mode=mode), enabled=False) is Verdict.WAIT


@pytest.mark.parametrize(("mode", "expected"), [("SUPERSEDED", Verdict.WAIT), ("QUEUED", Verdict.WAIT)])
def test_a_stage_holds_one_execution(mode: str, expected: Verdict) -> None:
    one = waiting("one", mode=mode)
    assert verdict(one, inside("older", mode=mode), one) is expected


def test_parallel_executions_do_not_wait_for_each_other() -> None:
    one = waiting("one", mode="PARALLEL")
    assert verdict(one, inside("older", mode="PARALLEL"), one) is Verdict.ENTER


def test_an_action_that_was_cut_loose_keeps_the_stage_occupied() -> None:
    older = inside("older")
    older.status = ExecutionStatus.CANCELLED
    older.stages[1].status = StageStatus.CANCELLED
    older.actions = [ran("Gate", "Approve", ActionStatus.IN_PROGRESS)]
    one = waiting("one")
    assert verdict(one, older, one) is Verdict.WAIT
    older.actions[0].status = ActionStatus.SUCCEEDED
    assert verdict(one, older, one) is Verdict.ENTER


def test_the_older_of_two_that_wait_gives_way() -> None:
    older, newer = waiting("older"), waiting("newer")
    answer = admission(older, "Gate", [inside("first"), older, newer], enabled=True)
    assert (answer.verdict, answer.to) == (Verdict.GIVE_WAY, "newer")
    assert verdict(newer, older, newer) is Verdict.ENTER


def test_an_execution_that_went_past_supersedes_even_behind_a_closed_transition() -> None:
    older, newer = waiting("older"), inside("newer")
    assert verdict(older, older, newer, enabled=False) is Verdict.GIVE_WAY


def test_a_newer_execution_that_has_not_come_so_far_changes_nothing() -> None:
    older, newer = waiting("older"), waiting("newer", stage="Source")
    assert verdict(older, older, newer) is Verdict.ENTER


def test_a_newer_execution_that_was_stopped_on_its_way_changes_nothing() -> None:
    older, newer = waiting("older"), waiting("newer")
    newer.status, newer.waiting_for = ExecutionStatus.STOPPED, None
    assert verdict(older, older, newer) is Verdict.ENTER


def test_a_queue_is_first_come_first_served() -> None:
    first, second = waiting("first", mode="QUEUED"), waiting("second", mode="QUEUED")
    assert verdict(second, first, second) is Verdict.WAIT
    assert verdict(first, first, second) is Verdict.ENTER


def test_a_rollback_neither_gives_way_nor_supersedes() -> None:
    rollback, other = waiting("rollback"), waiting("other")
    rollback.rollback_of = "target"
    assert verdict(rollback, rollback, other) is Verdict.ENTER
    assert verdict(other, other, rollback) is Verdict.ENTER
