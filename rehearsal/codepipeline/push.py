"""A push starts the pipelines that follow the branch."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterable

from botocore.exceptions import ClientError

from rehearsal.codepipeline.execution_runner import ExecutionRunner
from rehearsal.codepipeline.object_changes import ObjectChanges
from rehearsal.codepipeline.store import PipelineRecord, Store
from rehearsal.emulator.clients import account_root, client
from rehearsal.emulator.config import EmulatorConfig
from rehearsal.emulator.hooks import Json, ServiceError
from rehearsal.engine.execution import Execution, Trigger
from rehearsal.engine.triggers import Push, source_started_by
from rehearsal.source.git import archive, changed_files

log = logging.getLogger(__name__)
UNKNOWN_COMMIT = "0" * 40


class PushRoute:
    """``POST /_rehearsal/push`` with ``{"repository": "owner/name", "branch", "commit", "before"}``.

    ``before`` is what the branch pointed at; zeros, or nothing, for a new branch. The answer lists what was started.

    Where the repository stands for an object, ``object`` says which: ``{"account", "region", "bucket", "key",
    "branch"}``. The files of a commit on that branch are uploaded as a zip archive; what follows the object then starts
    by itself, unless the push is ``silent``.
    """

    def __init__(self, config: EmulatorConfig, store: Store, runner: ExecutionRunner, objects: ObjectChanges) -> None:
        """Start executions of what ``store`` holds; ``objects`` hears of what is uploaded."""
        self._config = config
        self._store = store
        self._runner = runner
        self._objects = objects

    def __call__(self, body: Json) -> Json:
        """Start every pipeline that follows the branch, in any account and region."""
        try:
            push = Push(repository=body["repository"], branch=body["branch"], commit=body["commit"])
        except KeyError as missing:
            raise ServiceError(
                "ValidationException", f"a push needs repository, branch and commit: {missing}"
            ) from None
        if "object" in body:
            place = body["object"]
            if push.branch != place["branch"]:
                return {"started": []}
            silent = body.get("silent", False)
            with self._objects.silenced(place["bucket"], place["key"]) if silent else contextlib.nullcontext():
                return {"started": [], "uploaded": self._upload(push, place)}
        files = self._files(push, body.get("before") or UNKNOWN_COMMIT)
        with self._store.held():
            started = [self._start(record, push, files) for record in self._store.all()]
        return {"started": [each for each in started if each]}

    def _upload(self, push: Push, place: Json) -> str:
        """Put the commit's files where the source action finds them, as the bucket's owner would."""
        content = archive(self._config.repositories / f"{push.repository}.git", push.commit)
        s3 = client(
            "s3",
            endpoint=self._config.endpoint,
            region=place["region"],
            credentials=account_root(place["account"]),
        )
        try:
            version = s3.put_object(Bucket=place["bucket"], Key=place["key"], Body=content).get("VersionId", "none")
        except ClientError as refused:
            error = refused.response["Error"]
            raise ServiceError(error["Code"], f"s3://{place['bucket']}/{place['key']}: {error['Message']}") from None
        return f"s3://{place['bucket']}/{place['key']}, version {version}"

    def _files(self, push: Push, before: str) -> Callable[[], Iterable[str]]:
        repository = self._config.repositories / f"{push.repository}.git"
        return lambda: changed_files(repository, before, push.commit)

    def _start(self, record: PipelineRecord, push: Push, files: Callable[[], Iterable[str]]) -> Json | None:
        source = source_started_by(push, record.pipeline, files)
        if source is None:
            return None
        execution = self._begin(record, push, source.name, source.configuration["ConnectionArn"])
        return {
            "account": record.account,
            "region": record.region,
            "pipeline": record.pipeline.name,
            "pipelineExecutionId": execution.id,
        }

    def _begin(self, record: PipelineRecord, push: Push, action: str, connection: str) -> Execution:
        owner, _, name = push.repository.partition("/")
        # The shape in which CodePipeline tells what a webhook of a connection delivered.
        detail = {
            "connectionArn": connection,
            "providerType": "GitHub",
            "fullRepositoryName": f"{owner}/{name}",
            "branchName": push.branch,
            "commitId": push.commit,
        }
        return self._runner.start(
            record,
            Trigger(kind="WebhookV2", detail=json.dumps(detail)),
            pinned={action: push.commit},
        )
