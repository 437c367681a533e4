import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from tests.unit.actions.stand_ins import client_error
from tests.unit.driver.test_assembly import pipeline, source, write_app
from tests.unit.driver.test_follow import WAITS

from cdk_rehearsal.codepipeline.store import LOST
from cdk_rehearsal.driver import rehearsal as module
from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.driver.console import Progress
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Answer, Delivery
from cdk_rehearsal.driver.pipeline_api import Approval
from cdk_rehearsal.driver.processes import Started
from cdk_rehearsal.driver.rehearsal import Decision, Rehearsal, Request
from cdk_rehearsal.driver.services import Session
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

APPROVAL = Approval(stage="Stage", action="Approve", token="t")


SETTINGS = {"FullRepositoryId": "a/b", "BranchName": "main"}


class Aws:
    """The pipeline stack's resources; ``types`` are what it holds."""

    def __init__(self, *types: str) -> None:
        self.types = types

    def get_paginator(self, _operation: str) -> "Aws":
        return self

    def get_pipeline(self, **_: str) -> dict[str, Any]:
        return {"pipeline": {"stages": [{"actions": [{"name": "a_b", "configuration": SETTINGS}]}]}}

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        yield {
            "StackResourceSummaries": [
                {"ResourceType": each, "LogicalResourceId": "P", "PhysicalResourceId": f"physical-{number}"}
                for number, each in enumerate(self.types)
            ]
        }


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Rehearsal]:
    def make(*types: str) -> Rehearsal:
        monkeypatch.setattr(module, "client", lambda *_, **__: Aws(*types))
        policies = ExecutionPolicies(pipeline=(tmp_path,), stage=(tmp_path,))
        return Rehearsal(
            request=Request(app=tmp_path, policies=policies, environ={"PATH": "/bin", "AWS_PROFILE": "mine"}),
            folders=Folders(root=tmp_path / "rehearsal"),
            config=EmulatorConfig(port=1, state_dir=tmp_path),
            assembly=Assembly.read(write_app(tmp_path / "out", pipeline(source("a/b")))),
            progress=Progress(Console(file=io.StringIO())),
        )

    return make


@pytest.fixture
def rehearsal(make: Callable[..., Rehearsal], monkeypatch: pytest.MonkeyPatch) -> Rehearsal:
    rehearsal = make("AWS::IAM::Role", "AWS::CodePipeline::Pipeline")

    def follow(*_: object, on_approval: Callable[..., Answer], **__: object) -> Answer:
        return on_approval("one", WAITS, [WAITS])

    monkeypatch.setattr(module, "follow", follow)
    monkeypatch.setattr(module, "preview", lambda *_, **__: [])
    return rehearsal


class Api(SimpleNamespace):
    """A pipeline with one approval, which may be gone already."""

    pipeline = "delivery"

    def __init__(self, approval: Approval | None) -> None:
        super().__init__(waiting=approval, answers=[])

    def newest_execution(self) -> None:
        return None

    def definition(self) -> dict[str, Any]:
        return {}

    def approval(self, _run: object) -> Approval | None:
        found: Approval | None = self.waiting
        return found

    def answer(self, approval: Approval, *, approved: bool, summary: str) -> None:
        self.answers.append((approval, approved, summary))


def deliver(rehearsal: Rehearsal, api: Any, decision: Decision) -> Any:
    rehearsal.api = api
    repository: Any = SimpleNamespace(push=lambda *_: "")
    return rehearsal.deliver(repository, lambda *_: decision)


def test_the_pipeline_is_known_by_its_physical_name(rehearsal: Rehearsal) -> None:
    assert rehearsal.api.pipeline == "physical-1"


def test_a_stack_without_its_pipeline_is_an_error(make: Callable[..., Rehearsal]) -> None:
    with pytest.raises(RehearsalError, match="stack Tools was deployed without its pipeline"):
        make("AWS::IAM::Role")


def test_a_decision_is_the_approval_s_answer(rehearsal: Rehearsal) -> None:
    api = Api(APPROVAL)
    assert deliver(rehearsal, api, Decision(approved=False, summary="no")) is Answer.GIVEN
    assert api.answers == [(APPROVAL, False, "no")]


def test_an_approval_that_is_left_open_is_not_answered(rehearsal: Rehearsal) -> None:
    api = Api(APPROVAL)
    assert deliver(rehearsal, api, Decision(wait=True)) is Answer.LEFT
    assert api.answers == []


def test_an_approval_that_has_no_token_yet_is_not_decided(rehearsal: Rehearsal) -> None:
    assert deliver(rehearsal, Api(None), Decision(approved=False)) is Answer.NOT_YET


def test_the_user_s_aws_settings_reach_no_program_that_the_driver_runs(rehearsal: Rehearsal) -> None:
    assert not [name for name in rehearsal.environment() if name.startswith("AWS_")]


def test_a_delivery_that_ends_without_a_failed_action_is_explained_by_its_status(rehearsal: Rehearsal) -> None:
    stopped = Delivery(execution="one", status="Stopped", reason="stopped by hand", runs=())
    assert rehearsal.explain(stopped) == "the delivery ended as Stopped: stopped by hand"


def test_a_rehearsal_that_runs_is_taken_up_with_its_pipeline_and_what_its_builds_got(
    make: Callable[..., Rehearsal], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    make("AWS::CodePipeline::Pipeline")  # writes the assembly
    (tmp_path / "out" / "Tools.json").write_text(
        json.dumps(pipeline(source("a/b"), {**source("c/d"), "Name": "Words"}))
    )
    folders = Folders(root=tmp_path / "rehearsal")
    folders.root.mkdir()
    (tmp_path / "out").rename(folders.assembly)
    folders.chosen.write_text("Tools")
    folders.others.write_text(json.dumps({"Words": "/words"}))
    config = EmulatorConfig(port=1, state_dir=tmp_path / "state", build_environment={"CACHE": "/cache"})
    config.save(folders.config)
    monkeypatch.setattr(module, "client", lambda *_, **__: Aws("AWS::CodePipeline::Pipeline"))
    lives = Session(id="one", emulator=Started.of(os.getpid()))
    monkeypatch.setattr(module, "running", lambda _folders: lives)
    taken = Rehearsal.attach(tmp_path, folders=folders, progress=Progress(Console(file=io.StringIO())), environ={})
    assert (taken.request.pipeline, taken.environment()["CACHE"]) == ("Tools", "/cache")
    assert taken.request.others == {"Words": Path("/words")}
    assert taken.target.bare == tmp_path / "state" / "repositories" / "a" / "b.git"
    followed: list[Any] = []
    monkeypatch.setattr(module, "follow", lambda *_, execution, **__: followed.append(execution))
    taken.go_on("one", lambda *_: Decision())
    assert followed == ["one"]


def test_file_for_the_aws_cli_holds_the_root_s_secret_for_its_owner_alone(rehearsal: Rehearsal) -> None:
    rehearsal.folders.root.mkdir()
    module._write_tools_environment(rehearsal.folders, rehearsal.assembly, rehearsal.config)
    file = rehearsal.folders.tools_environment
    assert file.stat().st_mode & 0o777 == 0o600
    secret = rehearsal.config.root(rehearsal.account)["SecretAccessKey"]
    assert f"export AWS_SECRET_ACCESS_KEY={secret}" in file.read_text().splitlines()


def test_the_commands_are_there() -> None:
    done = subprocess.run([sys.executable, "-m", "cdk_rehearsal", "--help"], capture_output=True, text=True, check=True)
    for command in ("run", "up", "push", "status", "approve", "logs", "down"):
        assert f"\n  {command} " in done.stdout


class Cut(SimpleNamespace):
    """A pipeline whose newest execution ended as it is told, in a stage or in none."""

    def __init__(
        self,
        *,
        status: tuple[str, str] = ("Failed", LOST),
        stage: str | None = "Dev",
        refuses: bool = False,
        summary: str = LOST,
    ) -> None:
        super().__init__(done=[])
        self.newest_execution = lambda: "one"
        self.status = lambda _execution: status
        self.failed_stage = lambda _execution: stage
        self.start = lambda: "new"
        self.actions = lambda _execution: [SimpleNamespace(summary=each) for each in (LOST, summary)]
        self._refuses = refuses

    def retry(self, execution: str, stage: str) -> None:
        if self._refuses:
            raise client_error("StageNotRetryableException", "the pipeline changed", "RetryStageExecution")
        self.done.append((execution, stage))


def test_a_delivery_that_was_cut_off_goes_on_in_its_stage(rehearsal: Rehearsal) -> None:
    api: Any = Cut()
    rehearsal.api = api
    assert (rehearsal.recover(), api.done) == ("one", [("one", "Dev")])


@pytest.mark.parametrize(
    "api", [Cut(refuses=True), Cut(stage=None), Cut(status=("Cancelled", "the pipeline changed"), stage=None)]
)
def test_a_delivery_that_cannot_go_on_where_it_was_starts_anew(rehearsal: Rehearsal, api: Any) -> None:
    rehearsal.api = api
    assert (rehearsal.recover(), api.done) == ("new", [])


@pytest.mark.parametrize("status", ["Succeeded", "Failed", "Cancelled"])
def test_a_delivery_that_ended_by_itself_is_left_alone(rehearsal: Rehearsal, status: str) -> None:
    api: Any = Cut(status=(status, ""), summary="built")
    rehearsal.api = api
    assert rehearsal.recover() is None
    rehearsal.api = Api(None)  # type: ignore[assignment]
    assert rehearsal.recover() is None
