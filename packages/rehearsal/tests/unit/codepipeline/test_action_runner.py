"""How an action's end is recorded, whatever it is. Sessions and providers are stand-ins."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from botocore.exceptions import ConnectTimeoutError
from tests.unit.actions.stand_ins import client_error
from tests.unit.codepipeline.records import configuration, stored
from tests.unit.engine.samples import build, execution, named

from cdk_rehearsal.actions.contracts import ActionAbandonedError, ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.codepipeline import action_runner
from cdk_rehearsal.codepipeline.action_runner import ActionRunner
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.logs import action_log
from cdk_rehearsal.emulator.hooks import ServiceError
from cdk_rehearsal.engine.definition import Action
from cdk_rehearsal.engine.execution import ActionRun, ActionStatus, Location
from cdk_rehearsal.errors import RehearsalError

ROLE = "arn:aws:iam::111111111111:role/action"


class Session:
    """A session whose clients do nothing."""

    role = ROLE
    asked: ClassVar[list[tuple[str, str]]] = []

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def client(self, service: str, region: str) -> object:
        self.asked.append((service, region))
        return object()


def run(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    provider: Callable[[ActionContext], Outcome],
    action: Action | None = None,
) -> tuple[ActionRunner, ActionRun]:
    """Run one action with ``provider`` in an execution that has the artifact Files."""
    wanted = action or build(namespace="Built", output_artifacts=named("Out"))
    monkeypatch.setattr(action_runner, "RoleSession", Session)
    monkeypatch.setattr(action_runner, "provider_of", {wanted.action_type_id: provider}.__getitem__)
    one = execution(artifacts={"Files": Location(bucket="artifacts", key="delivery/Files/in")})
    store, record = stored(folder / "store", one)
    runner = ActionRunner(config=configuration(folder), store=store, jobs=Jobs(), record=record, execution=one)
    started = runner.begin("Stage", wanted)
    runner.run(wanted, started)
    return runner, started


def raising(error: Exception) -> Callable[[ActionContext], Outcome]:
    def provider(_: ActionContext) -> Outcome:
        raise error

    return provider


def test_a_success_hands_on_artifacts_and_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runner, done = run(tmp_path, monkeypatch, lambda _: Outcome(summary="built", variables={"URL": "x"}))
    assert (done.status, done.summary) == (ActionStatus.SUCCEEDED, "built")
    assert runner.execution.namespaces["Built"] == {"URL": "x"}
    assert runner.execution.artifacts["Out"].key.startswith("delivery/Out/")


def test_the_provider_acts_with_clients_of_its_role_in_its_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def provider(context: ActionContext) -> Outcome:
        context.clients("codebuild")
        context.artifacts.s3()
        assert context.role == ROLE
        return Outcome()

    Session.asked.clear()
    _, done = run(tmp_path, monkeypatch, provider)
    assert done.status is ActionStatus.SUCCEEDED
    assert Session.asked == [("sts", "eu-west-1"), ("codebuild", "eu-west-1"), ("s3", "eu-west-1")]


FAILURES: dict[str, tuple[Exception, str, str]] = {
    "the action": (ActionFailedError("the build failed"), "JobFailed", "the build failed"),
    "IAM": (
        client_error("AccessDenied", "no policy allows it", "StartBuild"),
        "PermissionError",
        f"{ROLE} is not permitted to perform StartBuild: no policy allows it",
    ),
    "trust": (
        ServiceError("AccessDenied", "it does not trust CodePipeline", 403),
        "PermissionError",
        f"{ROLE} is not permitted to perform sts:AssumeRole: it does not trust CodePipeline",
    ),
    "the service": (
        client_error("ResourceNotFoundException", "no such project", "StartBuild"),
        "JobFailed",
        "StartBuild: ResourceNotFoundException: no such project",
    ),
    "the connection": (
        ConnectTimeoutError(endpoint_url="http://127.0.0.1:1"),
        "InternalError",
        'Connect timeout on endpoint URL: "http://127.0.0.1:1"',
    ),
    "git": (RehearsalError("git is not on PATH"), "InternalError", "git is not on PATH"),
    "the disk": (OSError(28, "No space left on device"), "InternalError", "[Errno 28] No space left on device"),
    "a fault": (ZeroDivisionError("oops"), "InternalError", "The rehearsal failed: ZeroDivisionError: oops"),
}


@pytest.mark.parametrize(("error", "code", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_whatever_fails_fails_the_action_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str, message: str
) -> None:
    runner, done = run(tmp_path, monkeypatch, raising(error))
    assert (done.status, done.error_code, done.error_message) == (ActionStatus.FAILED, code, message)
    log = action_log(runner.config, "delivery", "execution", "Stage", "Build").read_text()
    assert f"failed: {message}" in log
    assert "Out" not in runner.execution.artifacts


def test_an_abandoned_action_is_recorded_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, done = run(tmp_path, monkeypatch, raising(ActionAbandonedError()))
    assert done.status is ActionStatus.ABANDONED


def test_an_artifact_that_was_never_made_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, done = run(tmp_path, monkeypatch, lambda _: Outcome(), build(inputs=("Files", "Nothing")))
    assert (done.status, done.error_message) == (ActionStatus.FAILED, "input artifact Nothing was never made")


def test_permissions_are_asked_of_the_role_of_the_action(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def permits(_: Any, **members: Any) -> bool:
        asked.append(members)
        return True

    def provider(context: ActionContext) -> Outcome:
        assert context.permits(["x:Use"], "arn")
        return Outcome()

    monkeypatch.setattr(action_runner, "permits", permits)
    _, done = run(tmp_path, monkeypatch, provider)
    assert done.status is ActionStatus.SUCCEEDED
    assert asked == [{"role": ROLE, "actions": ["x:Use"], "resource": "arn", "region": "eu-west-1"}]


@pytest.mark.parametrize("saved", [True, False])
def test_a_success_tells_whether_it_would_survive_a_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, saved: bool
) -> None:
    monkeypatch.setattr(action_runner, "save_now", lambda: saved)
    _, done = run(tmp_path, monkeypatch, lambda _: Outcome())
    assert done.saved is saved


def test_a_success_that_cannot_be_saved_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def save_now() -> bool:
        raise RehearsalError("the emulator's state cannot be saved to /disk: No space left on device")

    monkeypatch.setattr(action_runner, "save_now", save_now)
    _, done = run(tmp_path, monkeypatch, lambda _: Outcome())
    assert (done.status, done.error_message) == (
        ActionStatus.FAILED,
        "the emulator's state cannot be saved to /disk: No space left on device",
    )
