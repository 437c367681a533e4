import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.unit.driver.test_follow import run

from cdk_rehearsal.driver import live_commands
from cdk_rehearsal.driver.commands import main
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.pipeline_api import ActionRun, Approval
from cdk_rehearsal.driver.rehearsal import Decide, Rehearsal
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.sources import PushTarget
from cdk_rehearsal.emulator.config import EmulatorConfig

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
APPROVAL = Approval(stage="Prod", action="Approve", token="t", execution="one")
SUCCEEDED = Delivery(execution="one", status="Succeeded", reason="", runs=())
FAILED = Delivery(execution="one", status="Failed", reason="", runs=())


@dataclass
class Running:
    """A rehearsal that runs, with what its pipeline answers."""

    folder: Path
    delivery: Delivery | None = SUCCEEDED
    waiting: list[Approval] = field(default_factory=list)
    ended: str = "Succeeded"
    executions: list[str] = field(default_factory=lambda: ["one"])
    looks: list[list[ActionRun]] = field(default_factory=lambda: [[run("Build")]])
    answers: list[tuple[str, bool, str]] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    pipeline: str = "delivery"
    pushed: bool = False
    cut_off: str | None = "one"
    died: bool = True

    def attach(self, app: Path, **_: Any) -> Any:
        request = SimpleNamespace(app=app)
        config = EmulatorConfig(port=1, state_dir=self.folder)
        return SimpleNamespace(
            api=self,
            request=request,
            config=config,
            folders=None,
            assembly=None,
            target=PushTarget(bare=self.folder, branch="main"),
            environment=dict,
            deliver=lambda _repository, decide: self.go_on("new", decide),
            go_on=self.go_on,
            explain=lambda _: "Build failed: no such file",
            open_page=lambda: "http://127.0.0.1:4567/pipeline/?token=secret",
            recover=lambda: self.cut_off,
        )

    def go_on(self, execution: str, decide: Decide) -> Delivery | None:
        self.followed.append(execution)
        if self.delivery is None:
            assert decide(APPROVAL, []).wait
        return self.delivery

    def approvals(self) -> list[Approval]:
        return self.waiting

    def answer(self, approval: Approval, *, approved: bool, summary: str) -> None:
        self.answers.append((approval.token, approved, summary))

    def newest_execution(self) -> str | None:
        return next(iter(self.executions), None)

    def status(self, _execution: str) -> tuple[str, str]:
        return self.ended, ""

    def actions(self, _execution: str) -> list[ActionRun]:
        return self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]

    def stages(self) -> list[dict[str, Any]]:
        waits = {"status": "InProgress", "token": "t", "lastStatusChange": NOW}
        failed = {"status": "Failed", "summary": "no such file"}
        build = {"actionName": "Build", "latestExecution": failed}
        approve = {"actionName": "Approve", "latestExecution": waits}
        closed = {"enabled": False, "disabledReason": "holidays"}
        return [
            {"stageName": "Build", "inboundTransitionState": {"enabled": True}, "actionStates": [build]},
            {"stageName": "Prod", "inboundTransitionState": closed, "actionStates": [approve, {"actionName": "Go"}]},
        ]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Running:
    running = Running(tmp_path)
    monkeypatch.setattr(Rehearsal, "attach", running.attach)
    repository = SimpleNamespace(
        commit="0123456789abcdef", subject=lambda: "A subject", is_pushed=lambda *_: running.pushed
    )
    monkeypatch.setattr(Repository, "open", lambda *_: repository)
    monkeypatch.setattr(live_commands, "LOOK_SECONDS", 0)
    monkeypatch.setattr(live_commands, "restart_services", lambda *_, **__: running.died)
    monkeypatch.setattr(live_commands, "write_access", lambda *_: "who may do what: access.md")
    return running


def call(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.mark.parametrize(
    ("delivery", "code", "said"),
    [
        (SUCCEEDED, 0, "delivered: execution one"),
        (FAILED, 1, "rehearsal: Build failed: no such file"),
        (None, 3, "cdk-rehearsal approve Prod/Approve"),
    ],
)
def test_a_push_ends_as_its_delivery_does(running: Running, delivery: Delivery | None, code: int, said: str) -> None:
    running.delivery = delivery
    result = call("push")
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert "git push: 0123456789ab A subject" in result.output


def test_a_commit_that_was_pushed_already_is_not_waited_for(running: Running) -> None:
    running.pushed = True
    result = call("push")
    assert (result.exit_code, running.followed) == (1, [])
    assert "HEAD is already pushed" in result.stderr


@pytest.mark.parametrize(
    ("delivery", "code", "said"),
    [
        (SUCCEEDED, 0, "delivered: execution one"),
        (FAILED, 1, "rehearsal: Build failed: no such file"),
        (None, 3, "cdk-rehearsal approve Prod/Approve"),
    ],
)
def test_after_a_crash_the_delivery_that_was_cut_off_goes_on(
    running: Running, delivery: Delivery | None, code: int, said: str
) -> None:
    running.delivery = delivery
    result = call("resume")
    assert (result.exit_code, said in result.output, running.followed) == (code, True, ["one"]), result.output
    assert "emulator restarted\nwatch and decide: http://127.0.0.1:4567/" in result.output


def test_where_nothing_was_cut_off_nothing_is_delivered(running: Running) -> None:
    running.died, running.cut_off = False, None
    result = call("resume")
    assert (result.exit_code, running.followed) == (0, [])
    assert "the emulator is running\n" in result.output
    assert "no delivery was interrupted\n" in result.output


def test_without_a_rehearsal_nothing_can_be_started_again(tmp_path: Path) -> None:
    result = call("resume", "--app", str(tmp_path))
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"rehearsal: {tmp_path}/.rehearsal: no rehearsal to resume; start one with `cdk-rehearsal up`\n"
    )


def test_status_shows_each_action_what_waits_and_what_is_closed(running: Running) -> None:
    running.executions = []
    result = call("status")
    assert result.exit_code == 0
    for said in ("✗ Failed", "no such file", "approval pending", "disabled", "holidays"):
        assert said in result.output


@pytest.mark.parametrize(
    ("waiting", "ended", "code"), [([], "Succeeded", 0), ([], "Failed", 1), ([APPROVAL], "InProgress", 3)]
)
def test_status_is_told_to_machines_too(running: Running, waiting: list[Approval], ended: str, code: int) -> None:
    running.waiting, running.ended = waiting, ended
    result = call("status", "--json")
    assert result.exit_code == code
    prod = json.loads(result.stdout)[1]
    assert prod["actionStates"][0]["latestExecution"]["lastStatusChange"] == NOW.isoformat()


def test_a_yes_is_followed_on_to_the_end(running: Running) -> None:
    running.waiting = [APPROVAL]
    result = call("approve", "--comment", "looks good")
    assert (result.exit_code, running.answers, running.followed) == (0, [("t", True, "looks good")], ["one"])


def test_a_no_is_recorded_and_followed_by_nothing(running: Running) -> None:
    running.waiting = [APPROVAL]
    result = call("approve", "Prod/Approve", "--reject")
    assert (result.exit_code, running.followed) == (0, [])
    assert running.answers == [("t", False, "Rejected on the command line")]


@pytest.mark.parametrize("which", [(), ("Prod/Other",)])
def test_an_approval_that_does_not_wait_cannot_be_answered(running: Running, which: tuple[str, ...]) -> None:
    running.waiting = [APPROVAL] if which else []
    result = call("approve", *which)
    assert (result.exit_code, running.answers) == (1, [])
    assert "is pending; see `cdk-rehearsal status`" in result.stderr


def test_of_several_approvals_one_must_be_named(running: Running) -> None:
    running.waiting = [APPROVAL, Approval(stage="Prod", action="Audit", token="u", execution="one")]
    result = call("approve")
    assert (result.exit_code, running.answers) == (2, [])
    assert "name one of Prod/Approve, Prod/Audit" in result.stderr


def write_log(running: Running, name: str, text: str) -> None:
    folder = running.folder / "logs" / "actions" / "delivery" / "one"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.log").write_text(text)


def test_logs_are_those_of_every_action_or_of_the_one_that_is_named(running: Running) -> None:
    running.looks = [[run("Build"), run("Check")]]
    write_log(running, "01-Stage-Build", "compiled\n")
    write_log(running, "02-Stage-Check", "checked\n")
    everything = call("logs").output
    assert everything.index("compiled") < everything.index("checked")
    assert "checked" not in call("logs", "Stage/Build").output


def test_a_log_is_followed_until_its_action_ends(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    going = [run("Build", "InProgress")]
    running.looks, running.ended = [going, going, going, [run("Build")]], "InProgress"
    write_log(running, "01-Stage-Build", "first\n")

    def later(_seconds: float) -> None:
        with (running.folder / "logs/actions/delivery/one/01-Stage-Build.log").open("a") as file:
            file.write("more\n")

    monkeypatch.setattr(live_commands, "sleep", later)
    result = call("logs", "Stage/Build", "--follow")
    assert result.output.count("first") == 1
    assert result.output.endswith("more\nmore\n")


@pytest.mark.parametrize(
    ("executions", "said"),
    [
        ([], "nothing was delivered yet"),
        (["one"], "Stage/Nope has not started in execution one; choose one of Stage/Build"),
    ],
)
def test_a_log_that_is_not_there_is_said_to_be_missing(running: Running, executions: list[str], said: str) -> None:
    running.executions = executions
    result = call("logs", "Stage/Nope")
    assert (result.exit_code, said in result.stderr) == (1, True)


def test_without_a_rehearsal_that_runs_each_command_says_how_to_start_one(tmp_path: Path) -> None:
    for command in ("push", "status", "approve", "logs"):
        result = call(command, "--app", str(tmp_path))
        assert result.exit_code == 1
        assert f"no rehearsal of {tmp_path} is running" in result.stderr
    assert not Folders(root=tmp_path / ".rehearsal").root.exists()


def test_a_delivery_ends_with_the_place_of_what_roles_did_whether_it_succeeded_or_not(running: Running) -> None:
    for delivery in (SUCCEEDED, FAILED, None):
        running.delivery = delivery
        assert "who may do what: access.md" in call("push").output
