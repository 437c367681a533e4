"""Carries executions through their stages: a thread an execution, and one more for each action beside another."""

import logging
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cdk_rehearsal.codepipeline.action_runner import ActionRunner
from cdk_rehearsal.codepipeline.condition_runner import check_condition
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import save_now, scope, spawn
from cdk_rehearsal.engine.admission import Verdict, admission
from cdk_rehearsal.engine.conditions import condition_of, skip
from cdk_rehearsal.engine.definition import Action, Stage
from cdk_rehearsal.engine.execution import (
    ActionStatus,
    ConditionKind,
    ConditionStatus,
    Execution,
    ExecutionStatus,
    StageStatus,
    Trigger,
)
from cdk_rehearsal.engine.ordering import groups
from cdk_rehearsal.engine.retry import reopen, rollback_target
from cdk_rehearsal.engine.transitions import action_failed, complete, enter, fail, leave, supersede, wait_for
from cdk_rehearsal.errors import RehearsalError

log = logging.getLogger(__name__)
# Every change wakes those who wait; this is only how often they look anyway.
LOOK_AGAIN_SECONDS = 60.0
NOTHING_DONE: frozenset[str] = frozenset()
PASSED = frozenset({ConditionStatus.SUCCEEDED, ConditionStatus.OVERRIDDEN})


@dataclass(frozen=True, kw_only=True)
class Journey:
    """One way of an execution through its pipeline; a retry is another, on another thread."""

    record: PipelineRecord
    execution: Execution
    attempt: int


class ExecutionRunner:
    """Starts executions and lets them run."""

    def __init__(self, config: EmulatorConfig, store: Store, jobs: Jobs) -> None:
        """Run what ``store`` holds; workers report on ``jobs``."""
        self._config = config
        self._store = store
        self._jobs = jobs
        self._attempts: dict[str, int] = {}

    def start(
        self,
        record: PipelineRecord,
        trigger: Trigger,
        *,
        variables: dict[str, str] | None = None,
        pinned: dict[str, str] | None = None,
    ) -> Execution:
        """Start an execution of the pipeline as it is defined now. Call it while holding the store.

        Args:
            record: the pipeline.
            trigger: what starts it.
            variables: values of the pipeline's variables; defaults fill the rest.
            pinned: commits that source actions must deliver, by action.
        """
        now = time.time()
        execution_id = str(uuid.uuid4())
        defaults = {each.name: each.default_value for each in record.pipeline.variables if each.default_value}
        execution = Execution(
            id=execution_id,
            pipeline=record.pipeline,
            trigger=trigger,
            started=now,
            changed=now,
            namespaces={
                "codepipeline": {"PipelineExecutionId": execution_id},
                "variables": {**defaults, **(variables or {})},
            },
            pinned=pinned or {},
        )
        self._add(record, execution, record.pipeline.stages)
        return execution

    def resume(self, record: PipelineRecord, execution: Execution, stage: str, done: frozenset[str]) -> None:
        """Go on at ``stage``, without the actions that are ``done``. Call it while holding the store."""
        remaining = execution.pipeline.stages[execution.pipeline.position(stage) :]
        if execution.rollback_of:
            remaining = remaining[:1]
        wait_for(execution, stage, time.time())
        self._store.save_execution(record, execution)
        self._launch(record, execution, remaining, done)

    def go_on_after(self, record: PipelineRecord, execution: Execution, stage: str) -> None:
        """Go on behind ``stage``, to the end if there is nothing behind it. Call it while holding the store."""
        remaining = execution.pipeline.stages[execution.pipeline.position(stage) + 1 :]
        if remaining:
            wait_for(execution, remaining[0].name, time.time())
        self._store.save_execution(record, execution)
        self._launch(record, execution, remaining, NOTHING_DONE)

    def roll_back(self, record: PipelineRecord, stage: str, target: Execution, trigger: Trigger) -> Execution:
        """Run one stage again with what ``target`` brought there. Call it while holding the store."""
        now = time.time()
        execution_id = str(uuid.uuid4())
        execution = Execution(
            id=execution_id,
            pipeline=record.pipeline,
            trigger=trigger,
            started=now,
            changed=now,
            artifacts=dict(target.artifacts),
            namespaces={**target.namespaces, "codepipeline": {"PipelineExecutionId": execution_id}},
            revisions=dict(target.revisions),
            rollback_of=target.id,
        )
        self._add(record, execution, [each for each in record.pipeline.stages if each.name == stage])
        return execution

    def _add(self, record: PipelineRecord, execution: Execution, stages: Sequence[Stage]) -> None:
        record.executions.append(execution)
        wait_for(execution, stages[0].name, execution.started)
        self._store.save_execution(record, execution)
        self._launch(record, execution, stages, NOTHING_DONE)

    def _launch(
        self, record: PipelineRecord, execution: Execution, stages: Sequence[Stage], done: frozenset[str]
    ) -> None:
        journey = Journey(record=record, execution=execution, attempt=self._attempts.get(execution.id, 0) + 1)
        self._attempts[execution.id] = journey.attempt
        with scope(record.account, record.region):
            spawn(self._run, journey, stages, done, name=f"{record.pipeline.name} {execution.id}")

    def _run(self, journey: Journey, stages: Sequence[Stage], done: frozenset[str]) -> None:
        try:
            save_now()  # what was done before it, such as the pipeline's own stack
            for stage in stages:
                if not self._enter(journey, stage) or not self._pass(journey, stage, done):
                    return
                done = NOTHING_DONE
            with self._store.held():
                if self._goes_on(journey):
                    complete(journey.execution, time.time())
                    self._save(journey)
        except Exception as fault:
            # A fault of the rehearsal's own must end the execution, or everybody would wait for it.
            log.exception("execution %s failed", journey.execution.id)
            with self._store.held():
                named = "" if isinstance(fault, RehearsalError) else f"The rehearsal failed: {type(fault).__name__}: "
                fail(journey.execution, f"{named}{fault}", time.time())
                self._save(journey)

    def _save(self, journey: Journey) -> None:
        self._store.save_execution(journey.record, journey.execution)

    def _goes_on(self, journey: Journey) -> bool:
        """Whether the execution still runs, and on this thread rather than on that of a later retry."""
        latest = self._attempts[journey.execution.id] == journey.attempt
        return latest and journey.execution.status is ExecutionStatus.IN_PROGRESS

    def _enter(self, journey: Journey, stage: Stage) -> bool:
        """Wait in front of a stage; answer whether the execution is in it now."""
        record, execution = journey.record, journey.execution
        with self._store.held():
            if self._goes_on(journey):
                wait_for(execution, stage.name, time.time())
                self._save(journey)
            while self._goes_on(journey):
                enabled = stage.name not in record.closed
                answer = admission(execution, stage.name, record.executions, enabled=enabled)
                if answer.verdict is Verdict.GIVE_WAY:
                    supersede(execution, answer.to, time.time())
                    self._save(journey)
                elif answer.verdict is Verdict.ENTER:
                    enter(execution, stage.name, time.time())
                    self._save(journey)
                    return True
                else:
                    self._store.wait(LOOK_AGAIN_SECONDS)
        return False

    def _pass(self, journey: Journey, stage: Stage, done: frozenset[str]) -> bool:
        """Run a stage's actions, its conditions around them; answer whether the execution may go on to the next."""
        entry = condition_of(stage, ConditionKind.BEFORE_ENTRY)
        checked = self._check(journey, stage, ConditionKind.BEFORE_ENTRY)
        if checked is ConditionStatus.FAILED and entry is not None and entry.result == "SKIP":
            with self._store.held():
                skip(journey.execution, stage.name, time.time())
                self._save(journey)
                return self._goes_on(journey)
        if checked in PASSED:
            self._run_groups(journey, stage, done)
        with self._store.held():
            if self._attempts[journey.execution.id] != journey.attempt:
                return False
            status = leave(journey.execution, stage.name, time.time())
            self._save(journey)
            if status is StageStatus.FAILED:
                self._after_failure(journey.record, journey.execution, stage)
        return status is StageStatus.SUCCEEDED

    def _run_groups(self, journey: Journey, stage: Stage, done: frozenset[str]) -> None:
        """Run the actions by run order until one fails, then check the condition that says what follows from that."""
        for group in groups(stage):
            if not self._run_group(journey, stage, [each for each in group if each.name not in done]):
                break
        if self._goes_on(journey):
            failed = action_failed(journey.execution, stage.name)
            self._check(journey, stage, ConditionKind.ON_FAILURE if failed else ConditionKind.ON_SUCCESS)

    def _check(self, journey: Journey, stage: Stage, kind: ConditionKind) -> ConditionStatus:
        actions = self._actions(journey)
        return check_condition(self._store, journey.record, journey.execution, stage, kind, actions)

    def _actions(self, journey: Journey) -> ActionRunner:
        return ActionRunner(
            config=self._config,
            store=self._store,
            jobs=self._jobs,
            record=journey.record,
            execution=journey.execution,
        )

    def _run_group(self, journey: Journey, stage: Stage, group: Sequence[Action]) -> bool:
        """Run actions side by side; answer whether the next run order may start."""
        actions = self._actions(journey)
        with self._store.held():
            if not self._goes_on(journey):
                return False
            runs = [actions.begin(stage.name, action) for action in group]
        names = [f"{stage.name} {action.name}" for action in group]
        threads = [spawn(actions.run, *each, name=name) for name, *each in zip(names, group, runs, strict=True)]
        for thread in threads:
            thread.join()
        return all(run.status is ActionStatus.SUCCEEDED for run in runs)

    def _after_failure(self, record: PipelineRecord, execution: Execution, stage: Stage) -> None:
        """Do what the stage declares for its failure, or for a condition that was not met."""
        run = execution.stage(stage.name)
        if run is None or execution.rollback_of:
            return
        engaged = {
            condition.result
            for kind, checked in run.conditions.items()
            if checked.status is ConditionStatus.FAILED and (condition := condition_of(stage, kind)) is not None
        }
        declared = stage.on_failure if action_failed(execution, stage.name) else None
        if declared is not None and declared.result == "RETRY" and run.automatic_retries == 0:
            mode = declared.retry_configuration.retry_mode if declared.retry_configuration else "FAILED_ACTIONS"
            done = reopen(execution, stage.name, mode, time.time(), automatic=True)
            self.resume(record, execution, stage.name, done)
        if "ROLLBACK" in engaged or (declared is not None and declared.result == "ROLLBACK"):
            target = rollback_target(stage.name, current=record.pipeline, others=record.executions, failed=execution.id)
            if target is not None:
                trigger = Trigger(kind="AutomatedRollback", detail=execution.id)
                self.roll_back(record, stage.name, target, trigger)
