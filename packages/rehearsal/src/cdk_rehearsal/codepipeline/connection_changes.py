"""A push to a repository behind a source connection starts the pipelines that follow it."""

import json
from collections.abc import Mapping

from cdk_rehearsal.codepipeline.execution_runner import ExecutionRunner
from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.engine.execution import Execution, Trigger
from cdk_rehearsal.engine.triggers import Push, source_started_by
from cdk_rehearsal.source.git import changed_files


class ConnectionChanges:
    """Hears of every push to such a repository."""

    def __init__(self, config: EmulatorConfig, store: Store, runner: ExecutionRunner) -> None:
        """Start executions of what ``store`` holds."""
        self._config = config
        self._store = store
        self._runner = runner

    def pushed(self, push: Push, before: str) -> list[tuple[PipelineRecord, Execution]]:
        """Start every pipeline that follows the branch, in any account and region; ``before`` is its former commit."""
        repository = self._config.repositories / f"{push.repository}.git"
        started = []
        with self._store.held():
            for record in self._store.all():
                source = source_started_by(
                    push, record.pipeline, lambda: changed_files(repository, before, push.commit)
                )
                if source is not None:
                    started.append((record, self._begin(record, push, source.name, source.configuration)))
        return started

    def _begin(self, record: PipelineRecord, push: Push, action: str, settings: Mapping[str, str]) -> Execution:
        # The shape in which CodePipeline tells what a webhook of a connection delivered.
        detail = {
            "connectionArn": settings["ConnectionArn"],
            "providerType": "GitHub",
            "fullRepositoryName": push.repository,
            "branchName": push.branch,
            "commitId": push.commit,
        }
        trigger = Trigger(kind="WebhookV2", detail=json.dumps(detail))
        return self._runner.start(record, trigger, pinned={action: push.commit})
