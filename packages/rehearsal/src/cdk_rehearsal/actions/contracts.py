"""What an action is given, and what it answers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cdk_rehearsal.actions.artifacts import Artifacts
from cdk_rehearsal.actions.log import ActionLog
from cdk_rehearsal.engine.definition import Action
from cdk_rehearsal.engine.execution import Decision, Revision


class ActionFailedError(Exception):
    """An action failed; the message is what a person reads first."""

    def __init__(self, message: str, *, code: str = "JobFailed") -> None:
        """Keep ``code``, which CodePipeline puts into ``errorDetails`` (JobFailed, ConfigurationError, …)."""
        super().__init__(message)
        self.code = code


class ActionAbandonedError(Exception):
    """Nobody waits for this action any more: the execution was stopped or overtaken by a new definition."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A success: what later actions may refer to, and what people read about it."""

    summary: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    revision: Revision | None = None


@dataclass(frozen=True, kw_only=True)
class JobResult:
    """What the worker of a job reports of it.

    ``failure`` is the type of a failure (JobFailed, ConfigurationError, …) and empty for a success. With a
    ``continuation`` the job is not over: its worker wants to be called again, with this token.
    """

    summary: str = ""
    external_id: str = ""
    percent: int | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    continuation: str = ""
    failure: str = ""


class Clients(Protocol):
    """boto3 clients under the action's role."""

    def __call__(self, service: str) -> Any:
        """Return a client of ``service`` in the action's region. Ask anew for each call: sessions end."""
        ...


class Permits(Protocol):
    """Permissions that a service of AWS checks by itself, without a call that the emulator would enforce."""

    def __call__(self, actions: Sequence[str], resource: str) -> bool:
        """Say whether the action's role may do one of ``actions`` on ``resource``."""
        ...


class FunctionOutput(Protocol):
    """What a function writes into its log."""

    def __call__(self, function: str) -> Callable[[], Iterable[str]]:
        """Return what answers the lines that have come since it was asked last, or since now."""
        ...


class ArtifactCredentials(Protocol):
    """Credentials that the action's role lends to whoever does its work."""

    def __call__(self, policy: str) -> Mapping[str, str]:
        """Return those of a new session, under STS's names, that may do no more than a policy document allows."""
        ...


class Compute(Protocol):
    """Machines that CodePipeline itself keeps for commands, under the action's role."""

    def start(self, project: Mapping[str, Any]) -> Mapping[str, Any]:
        """Start a build of a project in CodeBuild's words; return the build."""
        ...

    def look(self, build_id: str) -> Mapping[str, Any]:
        """Return the build as it is now."""
        ...


class Progress(Protocol):
    """How an action says what it does, and hears that it is not wanted any more."""

    def report(
        self,
        *,
        summary: str | None = None,
        external_id: str | None = None,
        external_url: str | None = None,
        percent: int | None = None,
    ) -> None:
        """Publish what the action does now and how much of it is done, the id and address of what it does it with."""
        ...

    def pause(self, seconds: float) -> None:
        """Wait a moment between two looks.

        Raises:
            ActionAbandonedError: nobody waits for the action any more.
        """
        ...

    def open_job(self, details: Callable[[], Mapping[str, Any]]) -> str:
        """Open a job on which a worker reports by its id, and return the id.

        ``details`` answers GetJobDetails' ``data``, anew for each call since credentials end.
        """
        ...

    def job_result(self, job: str, timeout: float) -> JobResult | None:
        """Return what was reported of a job, or None after ``timeout`` seconds.

        Raises:
            ActionAbandonedError: nobody waits for the action any more.
        """
        ...

    def decide(self, token: str, timeout: float) -> Decision | None:
        """Open an approval under ``token`` and return its answer, or None after ``timeout`` seconds.

        Raises:
            ActionAbandonedError: nobody waits for the action any more.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class ActionContext:
    """One run of one action.

    ``configuration`` has its variables resolved. ``pinned`` is the revision that a source action must deliver (a
    commit, an object's version), empty for the newest. ``revisions`` are those that source actions delivered, by
    artifact. ``pipeline_arn`` names the pipeline, which may live in another region than the action.
    For a rule, ``condition`` says when it is checked (BEFORE_ENTRY, ON_SUCCESS, ON_FAILURE).
    """

    run_id: str
    pipeline: str
    pipeline_arn: str
    execution: str
    stage: str
    action: Action
    configuration: Mapping[str, str]
    account: str
    region: str
    role: str
    clients: Clients
    permits: Permits
    artifacts: Artifacts
    artifact_credentials: ArtifactCredentials = field(repr=False)
    function_output: FunctionOutput
    compute: Compute
    progress: Progress
    log: ActionLog
    repositories: Path
    build_logs: Path
    condition: str = ""
    pinned: str = ""
    revisions: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """Runs the actions of one provider."""

    def __call__(self, context: ActionContext) -> Outcome:
        """Run one action to its end.

        Raises:
            ActionFailedError: it failed, and why.
            ActionAbandonedError: it was told to give up.
        """
        ...
