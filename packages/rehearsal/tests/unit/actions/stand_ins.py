"""Stand-ins for what an action is given: services that answer from a script, and a place for what it reports."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from tests.unit.engine.samples import REGION

from cdk_rehearsal.actions.artifacts import Artifacts, archive_of
from cdk_rehearsal.actions.contracts import ActionAbandonedError, ActionContext, JobResult
from cdk_rehearsal.actions.log import ActionLog
from cdk_rehearsal.engine.definition import Action, ArtifactStore
from cdk_rehearsal.engine.execution import Decision, Location

ROLE = "arn:aws:iam::111111111111:role/action"
Json = dict[str, Any]


def client_error(code: str, message: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass
class Service:
    """Answers each operation from its own list, the last answer again and again; keeps what was asked.

    An answer that is an exception is raised.
    """

    answers: dict[str, list[Any]]
    calls: list[tuple[str, Json]] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**members: Any) -> Any:
            self.calls.append((operation, members))
            answers = self.answers[operation]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def get_paginator(self, operation: str) -> "Paginator":
        return Paginator(self, operation)

    def asked(self, operation: str) -> Json:
        """What the one call of an operation asked."""
        (found,) = [members for name, members in self.calls if name == operation]
        return found


@dataclass
class Paginator:
    """One page at each look."""

    service: Service
    operation: str

    def paginate(self, **members: Any) -> Iterator[Any]:
        yield getattr(self.service, self.operation)(**members)


@dataclass
class Bucket:
    """S3 as far as artifacts need it."""

    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)
    uploads: list[Json] = field(default_factory=list)

    def get_object(self, *, Bucket: str, Key: str) -> Json:  # noqa: N803 - S3's own names
        return {"Body": io.BytesIO(self.objects[Bucket, Key])}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **more: Any) -> None:  # noqa: N803 - S3's own names
        self.objects[Bucket, Key] = Body
        self.uploads.append(more)


@dataclass
class Machines:
    """Starts builds that come to what the list says, one a look."""

    builds: list[Json] = field(default_factory=list)
    projects: list[Mapping[str, Any]] = field(default_factory=list)

    def start(self, project: Mapping[str, Any]) -> Mapping[str, Any]:
        self.projects.append(project)
        return {"id": "machine:1", "buildStatus": "IN_PROGRESS"}

    def look(self, build_id: str) -> Mapping[str, Any]:
        return {"id": build_id, **self.builds.pop(0)}


@dataclass
class Reports:
    """Keeps what an action reports; gives up after ``patience`` pauses."""

    patience: int = 1000
    decision: Decision | None = None
    results: list[JobResult | None] = field(default_factory=list)
    jobs: list[Callable[[], Mapping[str, Any]]] = field(default_factory=list)
    said: list[Json] = field(default_factory=list)

    def report(self, **members: Any) -> None:
        self.said.append(members)

    def pause(self, seconds: float) -> None:
        self.patience -= 1
        if self.patience < 0:
            raise ActionAbandonedError

    def open_job(self, details: Callable[[], Mapping[str, Any]]) -> str:
        self.jobs.append(details)
        return f"job-{len(self.jobs)}"

    def job_result(self, job: str, timeout: float) -> JobResult | None:
        """The next of ``results``; nothing once they are used up."""
        return self.results.pop(0) if self.results else None

    def decide(self, token: str, timeout: float) -> Decision | None:
        self.said.append({"token": token, "timeout": timeout})
        return self.decision


def context(
    folder: Path,
    action: Action,
    *,
    services: Mapping[str, Any] | None = None,
    files: Mapping[str, Mapping[str, bytes]] | None = None,
    bucket: Bucket | None = None,
    reports: Reports | None = None,
    key: str = "",
    revisions: Mapping[str, str] | None = None,
    output: Sequence[str] = (),
    pinned: str = "",
    condition: str = "",
    compute: "Machines | None" = None,
    permitted: Sequence[str] = (),
) -> ActionContext:
    """Return the context of one run of ``action``, whose input artifacts hold ``files`` by artifact and path."""
    storage = bucket or Bucket()
    inputs = {
        each.name: Location(bucket="artifacts", key=f"delivery/{each.name}/in") for each in action.input_artifacts
    }
    for name, content in (files or {}).items():
        storage.objects["artifacts", inputs[name].key] = archive_of(content)
    outputs = {
        each.name: Location(bucket="artifacts", key=f"delivery/{each.name}/out") for each in action.output_artifacts
    }
    encryption = {"id": key, "type": "KMS"} if key else None
    store = ArtifactStore.model_validate({"type": "S3", "location": "artifacts", "encryptionKey": encryption})
    return ActionContext(
        run_id="run-1",
        pipeline="delivery",
        pipeline_arn=f"arn:aws:codepipeline:{REGION}:111111111111:delivery",
        execution="execution-1",
        stage="Stage",
        action=action,
        configuration=action.configuration,
        account="111111111111",
        region=REGION,
        role=ROLE,
        clients=lambda service: (services or {})[service],
        permits=lambda actions, resource: set(actions) <= set(permitted),
        artifacts=Artifacts(
            store=store, inputs=inputs, outputs=outputs, s3=lambda: storage, pipeline_s3=lambda: storage
        ),
        artifact_credentials=lambda policy: {
            "AccessKeyId": "ASIA",
            "SecretAccessKey": "secret",
            "SessionToken": policy,
        },
        compute=compute or Machines(),
        function_output=lambda function: lambda: output,
        progress=reports or Reports(),
        log=ActionLog(folder / "action.log"),
        repositories=folder / "repositories",
        build_logs=folder / "builds",
        condition=condition,
        pinned=pinned,
        revisions=revisions or {},
    )


def log_of(found: ActionContext) -> str:
    return found.log.path.read_text()
