"""What happens between actions. Actions are stand-ins that end as they are told."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.unit.codepipeline.records import configuration, eventually, stored
from tests.unit.engine.samples import approval, pipeline, ran, source

from cdk_rehearsal.codepipeline import execution_runner
from cdk_rehearsal.codepipeline.execution_runner import ExecutionRunner
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.engine.definition import Action, OnFailure, Pipeline, Stage
from cdk_rehearsal.engine.execution import ActionRun, ActionStatus, Execution, ExecutionStatus, StageStatus, Trigger
from cdk_rehearsal.engine.retry import reopen
from cdk_rehearsal.engine.transitions import begin_action, end_action, leave, stop

TRIGGER = Trigger(kind="StartPipelineExecution")
Script = Callable[[Execution, Action, ActionRun], ActionStatus]


@dataclass(frozen=True, kw_only=True)
class Actions:
    """Runs each action as the script of the test says."""

    script: Script
    store: Store
    execution: Execution

    def begin(self, stage: str, action: Action) -> ActionRun:
        run = ran(stage, action.name, ActionStatus.IN_PROGRESS)
        begin_action(self.execution, run)
        return run

    def run(self, action: Action, run: ActionRun) -> None:
        status = self.script(self.execution, action, run)
        with self.store.held():
            end_action(self.execution, run, status, time.time())


def running(
    folder: Path, monkeypatch: pytest.MonkeyPatch, script: Script, of: Pipeline | None = None
) -> tuple[ExecutionRunner, Store, PipelineRecord]:
    store, record = stored(folder, of=of)

    def actions(*, store: Store, execution: Execution, **_: Any) -> Actions:
        return Actions(script=script, store=store, execution=execution)

    monkeypatch.setattr(execution_runner, "ActionRunner", actions)
    return ExecutionRunner(configuration(folder), store, Jobs()), store, record


def started(runner: ExecutionRunner, store: Store, record: PipelineRecord) -> Execution:
    with store.held():
        return runner.start(record, TRIGGER)


def well(execution: Execution, action: Action, run: ActionRun) -> ActionStatus:
    return ActionStatus.SUCCEEDED


def test_an_execution_runs_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, store, record = running(tmp_path, monkeypatch, well)
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.SUCCEEDED)
    assert [run.action for run in one.actions] == ["Source", "Approve"]


def test_actions_of_one_run_order_run_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Stage(name="Gate", actions=(approval("A"), approval("B"), approval("C", run_order=2)))
    both: list[str] = []

    def script(execution: Execution, action: Action, run: ActionRun) -> ActionStatus:
        if action.name in {"A", "B"}:
            both.append(action.name)
            # Neither ends before the other has begun.
            eventually(lambda: len(both) == 2)
        else:
            assert len(both) == 2
        return ActionStatus.SUCCEEDED

    runner, store, record = running(
        tmp_path, monkeypatch, script, pipeline(Stage(name="Source", actions=(source(),)), gate)
    )
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.SUCCEEDED)
    assert sorted(both) == ["A", "B"]


def test_a_later_run_order_does_not_start_after_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Stage(name="Gate", actions=(approval("A"), approval("B"), approval("C", run_order=2)))

    def script(execution: Execution, action: Action, run: ActionRun) -> ActionStatus:
        return ActionStatus.FAILED if action.name == "A" else ActionStatus.SUCCEEDED

    runner, store, record = running(
        tmp_path, monkeypatch, script, pipeline(Stage(name="Source", actions=(source(),)), gate)
    )
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.FAILED)
    assert [run.action for run in one.actions] == ["Source", "A", "B"]


def test_a_fault_between_actions_fails_the_execution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, store, record = running(tmp_path, monkeypatch, well)

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(execution_runner, "leave", broken)
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.FAILED)
    assert one.summary == "The rehearsal failed: ZeroDivisionError: oops"


def test_an_execution_that_is_stopped_before_it_began_does_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner, store, record = running(tmp_path, monkeypatch, well)
    saved: list[ExecutionStatus] = []
    keep = store.save_execution
    with store.held():
        one = runner.start(record, TRIGGER)
        stop(one, abandon=False, reason="", now=2.0)
        monkeypatch.setattr(store, "save_execution", lambda record, each: saved.append(each.status))
    time.sleep(0.05)
    monkeypatch.setattr(store, "save_execution", keep)
    assert (one.status, one.actions, saved) == (ExecutionStatus.STOPPED, [], [])


def test_a_stop_during_a_group_keeps_the_next_from_starting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Stage(name="Gate", actions=(approval("A"), approval("B", run_order=2)))
    stores: list[Store] = []

    def script(execution: Execution, action: Action, run: ActionRun) -> ActionStatus:
        if action.name == "A":
            with stores[0].held():
                stop(execution, abandon=False, reason="", now=2.0)
        return ActionStatus.SUCCEEDED

    runner, store, record = running(
        tmp_path, monkeypatch, script, pipeline(Stage(name="Source", actions=(source(),)), gate)
    )
    stores.append(store)
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.STOPPED)
    assert [run.action for run in one.actions] == ["Source", "A"]


def test_a_stop_after_the_last_action_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, store, record = running(tmp_path, monkeypatch, well)

    def left(execution: Execution, stage: str, now: float) -> StageStatus:
        status = leave(execution, stage, now)
        if stage == "Gate":
            stop(execution, abandon=False, reason="", now=now)
        return status

    monkeypatch.setattr(execution_runner, "leave", left)
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.STOPPED)
    time.sleep(0.05)
    assert one.status is ExecutionStatus.STOPPED


def test_an_abandoned_attempt_does_not_touch_the_retry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[str] = []
    release: list[bool] = []

    def script(execution: Execution, action: Action, run: ActionRun) -> ActionStatus:
        if action.name == "Approve":
            held.append(run.action)
            first = len(held) == 1
            eventually(lambda: bool(release) if first else len(release) == 2)
        return ActionStatus.SUCCEEDED

    runner, store, record = running(tmp_path, monkeypatch, script)
    one = started(runner, store, record)
    eventually(lambda: len(held) == 1)
    with store.held():
        stop(one, abandon=True, reason="", now=2.0)
        done = reopen(one, "Gate", "FAILED_ACTIONS", 3.0)
        runner.resume(record, one, "Gate", done)
    eventually(lambda: len(held) == 2)
    release.append(True)
    time.sleep(0.05)
    gate = one.stage("Gate")
    assert gate is not None
    assert (one.status, gate.status) == (ExecutionStatus.IN_PROGRESS, StageStatus.IN_PROGRESS)
    release.append(True)
    eventually(lambda: one.status is ExecutionStatus.SUCCEEDED)


def test_a_first_failure_has_nothing_to_roll_back_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Stage(name="Gate", actions=(approval(),), on_failure=OnFailure(result="ROLLBACK"))

    def script(execution: Execution, action: Action, run: ActionRun) -> ActionStatus:
        return ActionStatus.FAILED if action.name == "Approve" else ActionStatus.SUCCEEDED

    runner, store, record = running(
        tmp_path, monkeypatch, script, pipeline(Stage(name="Source", actions=(source(),)), gate)
    )
    one = started(runner, store, record)
    eventually(lambda: one.status is ExecutionStatus.FAILED)
    time.sleep(0.02)
    assert record.executions == [one]
