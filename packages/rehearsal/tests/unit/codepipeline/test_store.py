from pathlib import Path

import pytest
from tests.unit.codepipeline.records import KEY, stored
from tests.unit.engine.samples import execution, passed, ran

from cdk_rehearsal.codepipeline.store import LOST, ClosedTransition, Store
from cdk_rehearsal.engine.execution import ActionStatus, ExecutionStatus, StageStatus


def reloaded(folder: Path, *, saved_until: float = float("inf")) -> Store:
    store = Store(folder)
    store.load(saved_until)
    return store


def test_a_pipeline_comes_back_as_it_was(tmp_path: Path) -> None:
    store, record = stored(tmp_path)
    record.tags = {"team": "payments"}
    record.closed = {"Gate": ClosedTransition(reason="freeze", since=1.0, by="somebody")}
    store.save(record)
    assert reloaded(tmp_path).find(KEY) == record


def test_executions_come_back_in_the_order_in_which_they_started(tmp_path: Path) -> None:
    stored(tmp_path, execution("b", started=2.0), execution("a", started=3.0), execution("c", started=1.0))
    (record,) = reloaded(tmp_path).all()
    assert [each.id for each in record.executions] == ["c", "b", "a"]
    assert record.execution("a") == record.executions[-1]
    assert record.execution("nobody") is None


def test_what_ran_is_failed_with_its_reason_and_saved_so(tmp_path: Path) -> None:
    running = execution(
        stages=[passed("Source"), passed("Gate", StageStatus.IN_PROGRESS)],
        actions=[ran("Source", "Source"), ran("Gate", "Approve", ActionStatus.IN_PROGRESS)],
    )
    stored(tmp_path, running)
    reloaded(tmp_path)
    (record,) = reloaded(tmp_path).all()
    (found,) = record.executions
    assert (found.status, found.summary) == (ExecutionStatus.FAILED, LOST)
    assert found.actions[1].error_message == LOST


def test_an_action_that_outlived_its_execution_is_failed_too(tmp_path: Path) -> None:
    cancelled = execution(status=ExecutionStatus.CANCELLED, actions=[ran("Gate", "Deploy", ActionStatus.IN_PROGRESS)])
    stored(tmp_path, cancelled)
    (record,) = reloaded(tmp_path).all()
    assert record.executions[0].status is ExecutionStatus.CANCELLED
    assert record.executions[0].actions[0].status is ActionStatus.FAILED


def test_what_has_ended_stays_as_it_was(tmp_path: Path) -> None:
    done = execution(status=ExecutionStatus.SUPERSEDED, summary="overtaken", actions=[ran("Source", "Source")])
    stored(tmp_path, done)
    (record,) = reloaded(tmp_path).all()
    assert record.executions == [done]


@pytest.mark.parametrize("status", [ExecutionStatus.SUCCEEDED, ExecutionStatus.FAILED])
def test_an_action_whose_work_was_not_saved_did_not_succeed(tmp_path: Path, status: ExecutionStatus) -> None:
    actions = [
        ran("Source", "Source", changed=1.0, saved=False),
        ran("Source", "Ahead", changed=9.0),  # the clock was put back since
        ran("Dev", "Deploy", changed=3.0, saved=False),
    ]
    stored(tmp_path, execution(status=status, stages=[passed("Source"), passed("Dev")], actions=actions))
    (record,) = reloaded(tmp_path, saved_until=2.0).all()
    (found,) = record.executions
    assert found.status is ExecutionStatus.FAILED
    assert [stage.status for stage in found.stages] == [StageStatus.SUCCEEDED, StageStatus.FAILED]
    assert [run.status for run in found.actions] == [
        ActionStatus.SUCCEEDED,
        ActionStatus.SUCCEEDED,
        ActionStatus.FAILED,
    ]
    assert found.actions[2].summary == LOST


def test_a_half_written_file_is_no_state(tmp_path: Path) -> None:
    _, record = stored(tmp_path)
    (file,) = tmp_path.rglob("pipeline.json")
    file.with_suffix(".new").write_text('{"account": ')
    assert reloaded(tmp_path).find(KEY) == record


def test_a_deleted_pipeline_leaves_nothing_behind(tmp_path: Path) -> None:
    one = execution()
    store, record = stored(tmp_path, one)
    store.delete(KEY)
    store.delete(KEY)
    store.save_execution(record, one)
    assert not list(tmp_path.rglob("*.json"))
    assert store.all() == []
