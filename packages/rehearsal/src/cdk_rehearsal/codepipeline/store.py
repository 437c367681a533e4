"""Pipelines and their executions, per account and region; saved after each transition.

``<root>/<account>/<region>/<pipeline>/pipeline.json`` and ``executions/<id>.json`` beside it. A file is replaced as a
whole, so that a kill leaves either the old or the new state.
"""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from cdk_rehearsal.engine.definition import Pipeline
from cdk_rehearsal.engine.execution import ActionStatus, Execution, ExecutionStatus, Record, StageStatus
from cdk_rehearsal.engine.transitions import fail

LOST = "The emulator was stopped while this ran; retry the stage or push again"


class ClosedTransition(Record):
    """A transition that lets nobody into a stage: why, since when, and who closed it (an ARN)."""

    reason: str
    since: float
    by: str


class PipelineRecord(Record):
    """A pipeline with what belongs to it. Times are seconds since the epoch."""

    account: str
    region: str
    pipeline: Pipeline
    created: float
    updated: float
    tags: dict[str, str] = Field(default_factory=dict)
    closed: dict[str, ClosedTransition] = Field(default_factory=dict, description="Closed transitions by stage")
    executions: list[Execution] = Field(default_factory=list, exclude=True)

    @property
    def arn(self) -> str:
        """The pipeline's ARN."""
        return f"arn:aws:codepipeline:{self.region}:{self.account}:{self.pipeline.name}"

    def execution(self, execution_id: str) -> Execution | None:
        """Return an execution by its id."""
        return next((each for each in self.executions if each.id == execution_id), None)


Key = tuple[str, str, str]


class Store:
    """All pipelines of one emulator. Read and change records only while holding it."""

    def __init__(self, root: Path) -> None:
        """Keep everything below ``root``."""
        self._root = root
        self._records: dict[Key, PipelineRecord] = {}
        self._changed = threading.Condition(threading.RLock())

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the store."""
        with self._changed:
            yield

    def wait(self, seconds: float) -> None:
        """Let go of the store until something changes, or for ``seconds``. Call it while holding the store."""
        self._changed.wait(seconds)

    def wake(self) -> None:
        """Wake whoever waits for a change, since something changed that is not saved."""
        with self._changed:
            self._changed.notify_all()

    def load(self, saved_until: float) -> None:
        """Read what was saved. An execution that was running then is over now, and says so.

        So is one of which an action succeeded without being saved, after the moment up to which the emulator remembers.
        """
        with self._changed:
            for file in sorted(self._root.glob("*/*/*/pipeline.json")):
                record = PipelineRecord.model_validate_json(file.read_text())
                saved = [
                    Execution.model_validate_json(each.read_text())
                    for each in (file.parent / "executions").glob("*.json")
                ]
                for execution in saved:
                    _reopen_what_is_undone(execution, saved_until)
                record.executions = sorted(saved, key=lambda each: each.started)
                self._records[record.account, record.region, record.pipeline.name] = record
            self.give_up()

    def give_up(self) -> None:
        """Fail whatever runs: the emulator stops, or has stopped."""
        with self._changed:
            for record in self._records.values():
                for execution in record.executions:
                    if not execution.ended or any(run.running for run in execution.actions):
                        fail(execution, LOST, time.time())
                        self.save_execution(record, execution)

    def find(self, key: Key) -> PipelineRecord | None:
        """Return the pipeline of an account, region and name."""
        return self._records.get(key)

    def all(self) -> list[PipelineRecord]:
        """Return every pipeline."""
        return list(self._records.values())

    def save(self, record: PipelineRecord) -> None:
        """Save a pipeline, and wake whoever waits for a change."""
        with self._changed:
            self._records[record.account, record.region, record.pipeline.name] = record
            _replace(self._folder(record) / "pipeline.json", record.model_dump_json())
            self._changed.notify_all()

    def save_execution(self, record: PipelineRecord, execution: Execution) -> None:
        """Save an execution of a pipeline, and wake whoever waits for a change.

        One whose pipeline was deleted meanwhile leaves nothing behind.
        """
        with self._changed:
            if self._records.get((record.account, record.region, record.pipeline.name)) is record:
                _replace(self._folder(record) / "executions" / f"{execution.id}.json", execution.model_dump_json())
            self._changed.notify_all()

    def delete(self, key: Key) -> None:
        """Forget a pipeline and its executions."""
        with self._changed:
            record = self._records.pop(key, None)
            if record is not None:
                shutil.rmtree(self._folder(record), ignore_errors=True)
            self._changed.notify_all()

    def _folder(self, record: PipelineRecord) -> Path:
        return self._root / record.account / record.region / record.pipeline.name


def _reopen_what_is_undone(execution: Execution, saved_until: float) -> None:
    undone = [
        run
        for run in execution.actions
        # The time decides only where it must: clocks are set.
        if run.status is ActionStatus.SUCCEEDED and not run.saved and run.changed > saved_until
    ]
    for run in undone:
        run.status = ActionStatus.IN_PROGRESS
    for stage in execution.stages:
        if any(run.stage == stage.name for run in undone):
            stage.status = StageStatus.FAILED
    if undone and execution.status is ExecutionStatus.SUCCEEDED:
        execution.status = ExecutionStatus.IN_PROGRESS


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)
