"""Pipelines as they are created, changed and deleted, whoever asks: the wire API or CloudFormation."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from cdk_rehearsal.codepipeline.execution_runner import ExecutionRunner
from cdk_rehearsal.codepipeline.store import ClosedTransition, PipelineRecord, Store
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import ServiceError
from cdk_rehearsal.engine.definition import Pipeline, Stage
from cdk_rehearsal.engine.execution import Execution
from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.providers import CONDITION_RULES, RULES
from cdk_rehearsal.engine.structure import check_structure
from cdk_rehearsal.engine.transitions import cancel

CLOUDFORMATION = "cloudformation.amazonaws.com"


@dataclass(frozen=True)
class Pipelines:
    """The pipelines of one emulator, and what runs them. Hold the store while using it."""

    config: EmulatorConfig
    store: Store
    runner: ExecutionRunner

    def get(self, account: str, region: str, name: str) -> PipelineRecord:
        """Return a pipeline.

        Raises:
            ServiceError: PipelineNotFoundException.
        """
        record = self.store.find((account, region, name))
        if record is None:
            raise ServiceError(
                "PipelineNotFoundException", f"Account '{account}' does not have a pipeline with name '{name}'"
            )
        return record

    def stage(self, record: PipelineRecord, name: str) -> Stage:
        """Return a stage of a pipeline.

        Raises:
            ServiceError: StageNotFoundException.
        """
        stage = record.pipeline.stage(name)
        if stage is None:
            raise ServiceError(
                "StageNotFoundException", f"Pipeline '{record.pipeline.name}' does not have a stage with name '{name}'"
            )
        return stage

    def execution(self, record: PipelineRecord, execution_id: str) -> Execution:
        """Return an execution of a pipeline.

        Raises:
            ServiceError: PipelineExecutionNotFoundException.
        """
        found = record.execution(execution_id)
        if found is None:
            raise ServiceError(
                "PipelineExecutionNotFoundException",
                f"Pipeline '{record.pipeline.name}' does not have an execution with id '{execution_id}'",
            )
        return found

    def create(self, account: str, region: str, pipeline: Pipeline, tags: Mapping[str, str]) -> PipelineRecord:
        """Create a pipeline at version 1.

        Raises:
            ServiceError: its structure is refused, or the name is in use.
        """
        _check(pipeline, region)
        with self.store.held():
            if self.store.find((account, region, pipeline.name)):
                raise ServiceError(
                    "PipelineNameInUseException", f"A pipeline with the name '{pipeline.name}' already exists"
                )
            now = time.time()
            record = PipelineRecord(
                account=account,
                region=region,
                pipeline=pipeline.model_copy(update={"version": 1}),
                created=now,
                updated=now,
                tags=dict(tags),
            )
            self.store.save(record)
        return record

    def update(self, record: PipelineRecord, pipeline: Pipeline) -> None:
        """Change a pipeline.

        This adds 1 to the version and cancels what runs: "if a revision is being run through the pipeline when
        you run the update-pipeline command, that run is stopped" (AWS CLI reference).

        Raises:
            ServiceError: its structure is refused.
        """
        _check(pipeline, record.region)
        with self.store.held():
            now = time.time()
            record.pipeline = pipeline.model_copy(update={"version": record.pipeline.version + 1})
            record.updated = now
            self.store.save(record)
            for execution in record.executions:
                if not execution.ended:
                    cancel(execution, record.pipeline.version, now)
                    self.store.save_execution(record, execution)

    def delete(self, account: str, region: str, name: str) -> None:
        """Delete a pipeline; one that is gone is as good. What runs starts nothing more."""
        with self.store.held():
            record = self.store.find((account, region, name))
            if record is None:
                return
            self.store.delete((account, region, name))
            for execution in record.executions:
                if not execution.ended:
                    cancel(execution, record.pipeline.version, time.time())

    def tag(self, record: PipelineRecord, tags: Mapping[str, str]) -> None:
        """Give a pipeline these tags and no others."""
        with self.store.held():
            record.tags = dict(tags)
            self.store.save(record)

    def close_transitions(self, record: PipelineRecord, reasons: Mapping[str, str]) -> None:
        """Make the transitions into these stages, and no others, closed, each for its reason."""
        now = time.time()
        with self.store.held():
            record.closed = {
                stage: ClosedTransition(reason=reason, since=now, by=CLOUDFORMATION)
                for stage, reason in reasons.items()
            }
            self.store.save(record)


def _check(pipeline: Pipeline, region: str) -> None:
    try:
        check_structure(pipeline, RULES, CONDITION_RULES, region=region)
    except StructureError as refused:
        raise ServiceError(refused.code, str(refused)) from None
