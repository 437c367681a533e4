import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from tests.unit.driver.test_follow import run

from cdk_rehearsal.driver import commands, edge
from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.lock import hold
from cdk_rehearsal.driver.pipeline_api import Approval
from cdk_rehearsal.driver.rehearsal import Decide, Decision, Rehearsal, Request
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.services import EmulatorFailedError
from cdk_rehearsal.driver.sources import PushTarget
from cdk_rehearsal.errors import RehearsalError

OPTIONS = ["--pipeline-policy", "tools.json", "--stage-policy", "stage.json", "--stage-policy", "more.json"]
APPROVAL = Approval(stage="Prod", action="Approve", token="the-token")
SUCCEEDED = Delivery(execution="one", status="Succeeded", reason="", runs=(run("Build"),))
FAILED = Delivery(execution="one", status="Failed", reason="", runs=(run("Build", "Failed"),))


@dataclass
class Stage:
    """Everything that a command meets: a rehearsal that asks for one approval, and a repository."""

    delivery: Delivery = SUCCEEDED
    uncommitted: tuple[str, ...] = ()
    detached: bool = False
    fails: BaseException | None = None
    asks: bool = True
    request: Request | None = None
    answered: list[Decision] = field(default_factory=list)
    remotes: list[tuple[str, Path]] = field(default_factory=list)
    removed: list[tuple[str, Path]] = field(default_factory=list)
    stopped: int = 0
    commit: str = "0123456789abcdef"

    def open_rehearsal(self, request: Request, **_: Any) -> Any:
        self.request = request
        if self.fails is not None:
            raise self.fails
        return SimpleNamespace(
            request=request,
            assembly=None,
            config=None,
            target=PushTarget(bare=Path("bare.git"), branch="main"),
            folders=Folders(root=Path(".rehearsal")),
            api=SimpleNamespace(pipeline="delivery"),
            environment=dict,
            deliver=self.deliver,
            open_page=lambda: "http://127.0.0.1:4567/pipeline/?token=secret",
            explain=lambda delivery: "Build failed: no such file",
        )

    def deliver(self, _repository: object, decide: Decide) -> Delivery | None:
        if self.asks:
            self.answered.append(decide(APPROVAL, []))
            if self.answered[-1].wait:
                return None
        return self.delivery

    def open_repository(self, *_: object) -> Any:
        return SimpleNamespace(
            commit=self.commit,
            subject=lambda: "A [bold] subject",
            uncommitted=lambda: self.uncommitted,
            is_detached=lambda: self.detached,
            remove_remote=self.remove_remote,
            set_remote=lambda name, url: self.remotes.append((name, url)),
        )

    def remove_remote(self, name: str, *, below: Path) -> bool:
        self.removed.append((name, below))
        return True

    def stop(self, _folders: object) -> bool:
        self.stopped += 1
        return self.stopped == 1


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    stage = Stage()
    app = tmp_path / "app"
    app.mkdir()
    monkeypatch.chdir(app)
    monkeypatch.setattr(Rehearsal, "open", stage.open_rehearsal)
    monkeypatch.setattr(Repository, "open", stage.open_repository)
    monkeypatch.setattr(commands, "stop_services", stage.stop)
    monkeypatch.setattr(edge, "stop_services", stage.stop)
    monkeypatch.setattr(commands, "outputs", lambda *_: [])
    monkeypatch.setattr(commands, "recorded_only", lambda *_: {})
    monkeypatch.setattr(commands, "save", lambda *_: None)
    monkeypatch.setattr(commands, "write_access", lambda *_: "who may do what and did it: access.md")
    return stage


def call(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(commands.main, [*words, *OPTIONS] if words != ("down",) else ["down"], input=answer)


def test_without_a_terminal_approvals_are_given_and_everything_is_stopped(stage: Stage) -> None:
    result = call("run")
    assert result.exit_code == 0, result.output
    assert "If approved, Prod becomes:" in result.output
    assert "approved without asking" in result.output
    assert "git push: 0123456789ab A [bold] subject" in result.output
    assert [each.approved for each in stage.answered] == [True]
    assert stage.stopped == 1


@pytest.mark.parametrize(("answer", "approved"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_on_a_terminal_a_person_is_asked(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, answer: str, *, approved: bool
) -> None:
    monkeypatch.setattr(commands, "is_terminal", lambda: True)
    result = call("run", answer=answer)
    assert "Deploy to Prod? [y/N]" in result.output
    assert [each.approved for each in stage.answered] == [approved]


def test_approve_yes_answers_on_a_terminal_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "is_terminal", lambda: True)
    monkeypatch.setenv("APPROVE", "yes")
    assert "approved without asking" in call("run").output


def test_uncommitted_changes_are_named(stage: Stage) -> None:
    stage.uncommitted = tuple(f"file{number}" for number in range(7))
    result = call("run")
    assert "not committed, so not delivered: file0, file1, file2, file3, file4 and 2 more" in result.output
    stage.uncommitted = ("only.py",)
    assert "not delivered: only.py\n" in call("run").output


def test_a_failed_delivery_is_explained_and_ends_with_exit_code_1(stage: Stage) -> None:
    stage.delivery = FAILED
    result = call("run")
    assert result.exit_code == 1
    assert result.stderr == "rehearsal: Build failed: no such file\n"
    assert stage.stopped == 1


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (RehearsalError("no commit yet"), 1, "rehearsal: no commit yet\n"),
        (OSError(errno.ENOSPC, "No space left on device", "/disk"), 1, "rehearsal: /disk: No space left on device\n"),
        (OSError("odd"), 1, "rehearsal: .rehearsal: odd\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_a_failure_is_one_line_and_nothing_is_left_running(
    stage: Stage, failure: BaseException, code: int, said: str
) -> None:
    stage.fails = failure
    result = call("run", "--app", ".")
    assert result.exit_code == code
    assert result.stderr.replace(f"{Path.cwd()}/", "") == said
    assert stage.stopped == 1


def test_a_fault_of_the_rehearsal_itself_is_shown_whole_but_leaves_nothing_running(stage: Stage) -> None:
    stage.fails = ZeroDivisionError()
    assert isinstance(call("run").exception, ZeroDivisionError)
    assert stage.stopped == 1


def test_the_request_is_what_the_options_say(stage: Stage) -> None:
    call("run", "--port", "4566", "--keep", "ONE", "--keep", "TWO")
    assert stage.request is not None
    assert (stage.request.port, stage.request.keep) == (4566, ("ONE", "TWO"))
    assert stage.request.policies.stage == (Path.cwd() / "stage.json", Path.cwd() / "more.json")


def test_other_sources_are_named_with_the_folders_of_their_repositories(stage: Stage, tmp_path: Path) -> None:
    call("run", "--source", f"Words={tmp_path}")
    assert stage.request is not None
    assert stage.request.others == {"Words": tmp_path}


@pytest.mark.parametrize("given", ["Words", "Words=", "=.", "Words=no-such-folder"])
def test_a_source_without_a_folder_that_is_there_is_wrong_usage(stage: Stage, given: str) -> None:
    result = call("run", "--source", given)
    assert result.exit_code == 2
    assert f"--source {given}: expected ACTION=PATH with an existing folder" in result.output


def test_up_leaves_everything_running_and_says_how_to_go_on(stage: Stage) -> None:
    result = call("up")
    assert result.exit_code == 0, result.output
    assert stage.remotes == [("rehearsal", Path("bare.git"))]
    assert stage.stopped == 0
    assert "git push rehearsal HEAD:main" in result.output
    line = next(text for text in result.output.splitlines() if "put-approval-result" in text)
    for word in ("--pipeline-name delivery", "--stage-name Prod", "--action-name Approve", "--token the-token"):
        assert word in line
    assert line.strip().removeprefix("answer Prod:  ").startswith("(. .rehearsal/tools.env && aws codepipeline ")
    assert line.endswith(")")
    assert "stop:  cdk-rehearsal down\n" in result.output
    assert "--app" not in result.output
    assert result.output.index("watch and decide: http://127.0.0.1:4567/pipeline/?token=secret") < result.output.index(
        "If approved"
    )
    assert "  watch and decide:  http://127.0.0.1:4567/pipeline/?token=secret\n" in result.output


def test_up_names_the_app_in_what_it_says_when_that_lies_elsewhere(stage: Stage, tmp_path: Path) -> None:
    assert f"stop:  cdk-rehearsal down --app {tmp_path}\n" in call("up", "--app", str(tmp_path)).output


def test_policies_are_left_out_where_none_are_given(stage: Stage) -> None:
    CliRunner().invoke(commands.main, ["run", "--pipeline", "Second"])
    assert stage.request is not None
    assert stage.request.policies == ExecutionPolicies()
    assert stage.request.pipeline == "Second"


def test_up_says_how_to_go_on_also_without_an_approval(stage: Stage) -> None:
    stage.asks = False
    result = call("up")
    assert result.exit_code == 0
    assert "put-approval-result" not in result.output


def test_up_leaves_everything_running_when_the_delivery_fails_and_says_how_to_look_retry_and_stop(stage: Stage) -> None:
    stage.asks, stage.delivery = False, FAILED
    result = call("up")
    assert (result.exit_code, stage.stopped) == (1, 0)
    assert result.stderr == "rehearsal: Build failed: no such file\n"
    assert "The delivery failed; everything keeps running." in result.stdout
    assert "  watch, retry and decide:  http://127.0.0.1:4567/pipeline/?token=secret\n" in result.stdout
    assert (
        "  retry Stage:  (. .rehearsal/tools.env && "
        "aws codepipeline retry-stage-execution --pipeline-name delivery --stage-name Stage "
        "--pipeline-execution-id one --retry-mode FAILED_ACTIONS)\n"
    ) in result.stdout
    assert "stop:  cdk-rehearsal down\n" in result.stdout


@pytest.mark.parametrize(("command", "stopped"), [("up", 0), ("run", 1)])
def test_what_a_dead_emulator_had_saved_is_left_to_go_on_with_where_everything_was_to_keep_running(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, command: str, stopped: int
) -> None:
    def fail(*_: object) -> None:
        raise EmulatorFailedError("the emulator died")

    monkeypatch.setattr(Stage, "deliver", fail)
    result = call(command)
    assert (result.exit_code, result.stderr, stage.stopped) == (1, "rehearsal: the emulator died\n", stopped)


def test_nothing_is_left_of_an_emulator_that_failed_before_it_could_be_used(stage: Stage) -> None:
    stage.fails = EmulatorFailedError("the emulator died")
    assert (call("up").exit_code, stage.stopped) == (1, 1)


def test_down_stops_what_runs_and_reports_whether_anything_did(stage: Stage) -> None:
    assert call("down").output == "nothing was running\n"
    assert not Path(".rehearsal").exists()
    call("up")
    assert call("down").output == "stopped\n"
    assert stage.removed == [("rehearsal", Path.cwd() / ".rehearsal")]
    assert call("down").output == "nothing was running\n"


def test_down_without_a_repository_still_stops(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise RehearsalError("not a repository")

    call("up")
    monkeypatch.setattr(Repository, "open", refuse)
    assert call("down").output == "stopped\n"


def test_down_with_a_damaged_session_says_what_it_stopped(stage: Stage) -> None:
    call("up")
    file = Path.cwd() / ".rehearsal" / "session.json"
    file.touch()
    assert call("down").output == (f"{file} was damaged; stopped the processes that carry the session's ID\nstopped\n")


@pytest.mark.parametrize("command", ["run", "up", "down", "status", "push", "approve", "resume"])
def test_damaged_session_without_its_id_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str
) -> None:
    for variable in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{variable}_NAME", "Developer")
        monkeypatch.setenv(f"GIT_{variable}_EMAIL", "developer@example.com")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "--message=one"], cwd=tmp_path, check=True)
    (tmp_path / ".rehearsal").mkdir()
    (tmp_path / ".rehearsal" / "session.json").touch()
    result = CliRunner().invoke(commands.main, [command, "--app", str(tmp_path)])
    assert result.exit_code == 1
    assert result.stderr.count("\n") >= 1
    for text in result.stderr.splitlines():
        assert text.startswith(f"rehearsal: {tmp_path}/.rehearsal/session.json: the file is damaged")


@pytest.mark.parametrize("command", ["run", "up"])
def test_second_command_in_a_clone_is_refused_and_stops_nothing(stage: Stage, command: str) -> None:
    with hold(Folders(root=Path(".rehearsal")), command="up"):
        result = call(command)
    assert (result.exit_code, stage.request, stage.stopped) == (1, None, 0)
    assert result.stderr == (
        f"rehearsal: {Path.cwd()}: `cdk-rehearsal up` (process {os.getpid()}) is rehearsing this clone; "
        "wait for it, or stop it with `cdk-rehearsal down`\n"
    )


def test_folder_that_is_no_repository_is_one_line_and_stays_empty(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands.main, ["run", "--app", str(tmp_path)])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "is not a git repository" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_detached_head_is_named_before_anything_runs(stage: Stage) -> None:
    assert "HEAD is detached" not in call("run").output
    stage.detached, stage.fails = True, RehearsalError("no")
    assert "HEAD is detached; delivering commit 0123456789ab\n" in call("run").output


def test_uncommitted_changes_are_named_before_anything_runs(stage: Stage) -> None:
    stage.uncommitted, stage.fails = ("only.py",), RehearsalError("no")
    assert "not delivered: only.py\n" in call("run").output


def test_signals_are_ignored_while_everything_is_stopped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [signal.getsignal(number) for number in edge.SIGNALS]
    seen: list[object] = []
    monkeypatch.setattr(edge, "stop_services", lambda _: seen.extend(map(signal.getsignal, edge.SIGNALS)))
    call("run")
    assert seen == [signal.SIG_IGN] * 3
    assert [signal.getsignal(number) for number in edge.SIGNALS] == before


def test_process_that_survives_is_one_line(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def survives(_: object) -> None:
        raise RehearsalError("process 7 cannot be killed")

    monkeypatch.setattr(edge, "stop_services", survives)
    result = call("run")
    assert (result.exit_code, result.stderr) == (1, "rehearsal: process 7 cannot be killed\n")


def test_help_names_the_command_as_installed() -> None:
    for command in ([], ["run"], ["up"]):
        words = [sys.executable, "-m", "cdk_rehearsal", *command, "--help"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        assert "Usage: cdk-rehearsal " in said
        assert "python -m" not in said


def test_output_to_a_file_appears_line_by_line(tmp_path: Path) -> None:
    program = (
        "import signal, sys; from cdk_rehearsal import __main__ as module\n"
        "def main(**_): print('first'); signal.pause()\n"
        "module.main = main; module.run()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "first\n"
        assert process.poll() is None
        process.kill()


def test_a_run_does_not_end_with_an_open_approval(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: Callable[..., Decide] = lambda _console: lambda *_: Decision(wait=True)  # noqa: E731 - a stand-in
    monkeypatch.setattr(commands, "_approve_alone", waits)
    result = call("run")
    assert (result.exit_code, result.stderr) == (1, "rehearsal: an approval was left unanswered\n")


def test_a_terminal_is_one_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    assert commands.is_terminal()
    assert isinstance(commands.main, click.Group)


def test_every_polite_signal_ends_a_rehearsal_in_order() -> None:
    program = (
        "import os, signal, sys; from cdk_rehearsal.driver.commands import stop_on_signals\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN); stop_on_signals()\n"
        "try: os.kill(os.getpid(), int(sys.argv[1])); signal.pause()\n"
        "except KeyboardInterrupt: print('in order')"
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        command = [sys.executable, "-c", program, str(int(number))]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
        assert done.stdout == "in order\n", done.stderr


@pytest.mark.parametrize("command", ["run", "up"])
@pytest.mark.parametrize("delivery", [SUCCEEDED, FAILED])
def test_the_place_of_what_roles_did_is_said_whether_a_delivery_succeeded_or_not(
    stage: Stage, command: str, delivery: Delivery
) -> None:
    stage.delivery, stage.asks = delivery, False
    assert "who may do what and did it: access.md" in call(command).output


def test_hosts_and_packages_of_the_user_are_in_the_request(stage: Stage) -> None:
    options = ["--allow-host", "a.example", "--allow-host", "*.b.example", "--provided", "zip"]
    assert call("run", *options, "--allow-host", "awscli.amazonaws.com").exit_code == 0
    assert stage.request is not None
    assert stage.request.allowed == ("a.example", "*.b.example", "awscli.amazonaws.com")
    assert stage.request.provided == ("zip",)


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("https://a.example", "is not a host name"),
        ("a.example:443", "is not a host name"),
        ("*", "is not a host name"),
        ("sts.us-east-1.amazonaws.com", "belongs to AWS"),
        ("*.amazonaws.com", "belongs to AWS"),
    ],
)
def test_host_that_can_not_be_allowed_is_wrong_usage(stage: Stage, host: str, reason: str) -> None:
    result = call("run", "--allow-host", host)
    assert result.exit_code == 2
    assert reason in result.stderr


@pytest.mark.parametrize("command", ["run", "up"])
def test_hosts_that_were_refused_are_listed_at_the_end(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(commands, "refused_hosts", lambda _: ["x.example (2 times)"])
    assert (
        "Hosts that were refused (allow one with --allow-host HOST):\n  x.example (2 times)\n" in call(command).stdout
    )
