"""Bare repositories, and what is asked of them."""

import json
import os
import shlex
import subprocess
import sys
import urllib.error
import zipfile
from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.unit.codepipeline.records import configuration

from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.source import announce, git
from cdk_rehearsal.source.repository import create_repository, repository_path

NOBODY = "0" * 40


def committed(folder: Path, bare: Path, files: dict[str, str], message: str = "Change something") -> str:
    """Commit ``files`` in a clone and push them without announcing it; return the commit."""
    clone = folder / "clone"
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com", "-c", "commit.gpgsign=false"]

    def run(*arguments: str) -> str:
        done = subprocess.run(["git", *identity, *arguments], cwd=clone, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    if not clone.exists():
        clone.mkdir()
        run("init", "--quiet", "--initial-branch=main")
    for name, text in files.items():
        (clone / name).write_text(text)
    run("add", ".")
    run("commit", "--quiet", "--message", message)
    (bare / "hooks" / "post-receive").unlink(missing_ok=True)
    run("push", "--quiet", str(bare), "main")
    return run("rev-parse", "HEAD")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return create_repository(configuration(tmp_path), "acme/payments")


def test_a_repository_is_made_once_and_announces_pushes_to_its_emulator(tmp_path: Path, bare: Path) -> None:
    assert bare == tmp_path / "repositories" / "acme" / "payments.git"
    (bare / "mark").touch()
    assert create_repository(configuration(tmp_path), "acme/payments") == bare
    assert (bare / "mark").exists()
    hook = bare / "hooks" / "post-receive"
    assert os.access(hook, os.X_OK)
    assert hook.read_text().splitlines()[1].split()[-3:] == [
        "http://127.0.0.1:1",
        str(tmp_path / "token"),
        "acme/payments",
    ]


@pytest.mark.parametrize("name", ["payments", "acme/", "acme/pay ments", "../payments", "acme/..", "acme//x", ""])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RehearsalError, match="expected owner/name, as in acme/payments"):
        repository_path(configuration(tmp_path), name)


def test_a_machine_without_git_is_told(tmp_path: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RehearsalError, match="git is not on PATH; install it"):
        create_repository(configuration(tmp_path), "acme/other")
    with pytest.raises(RehearsalError, match="git is not on PATH; install it"):
        git.branch_exists(bare, "main")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "repositories").write_text("a file in the way")
    with pytest.raises(
        RehearsalError, match=r"cannot write the repository .*payments\.git: (Not a directory|File exists)"
    ):
        create_repository(configuration(tmp_path), "acme/payments")


def test_git_does_not_listen_to_its_user(tmp_path: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "gitconfig"
    config.write_text("[log]\n\tshowSignature = true\n[broken")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    assert not git.branch_exists(bare, "main")


def test_a_branch_exists_once_something_was_pushed(tmp_path: Path, bare: Path) -> None:
    assert not git.branch_exists(bare, "main")
    committed(tmp_path, bare, {"README": "words"})
    assert git.branch_exists(bare, "main")
    assert not git.branch_exists(bare, "other")
    assert not git.branch_exists(tmp_path / "nowhere.git", "main")


def test_a_commit_is_described(tmp_path: Path, bare: Path) -> None:
    first = committed(tmp_path, bare, {"README": "words"}, "First\n\nWith a body")
    second = committed(tmp_path, bare, {"README": "more"}, "Second")
    found = git.commit(bare, branch="main")
    assert (found.id, found.message) == (second, "Second")
    assert found.authored[4] == "-"
    assert git.commit(bare, branch="main", wanted=first).message == "First\n\nWith a body"


def test_what_was_not_pushed_is_named(tmp_path: Path, bare: Path) -> None:
    with pytest.raises(git.UnknownCommitError, match=r"acme/payments has no branch main \(no commit was pushed yet\)"):
        git.commit(bare, branch="main")
    with pytest.raises(git.UnknownCommitError, match=f"acme/payments has no commit {NOBODY}"):
        git.commit(bare, branch="main", wanted=NOBODY)
    with pytest.raises(git.UnknownCommitError, match="there is no repository acme/absent; push to it first"):
        git.commit(tmp_path / "acme" / "absent.git", branch="main")


def test_a_refusal_of_git_is_told_in_its_own_last_line(bare: Path) -> None:
    with pytest.raises(RehearsalError, match=r"git archive in .*payments\.git: fatal: "):
        git.archive(bare, NOBODY)


def test_an_archive_holds_the_files_without_history(tmp_path: Path, bare: Path) -> None:
    commit = committed(tmp_path, bare, {"README": "words"})
    with zipfile.ZipFile(BytesIO(git.archive(bare, commit))) as archive:
        assert archive.namelist() == ["README"]


def test_changed_files_are_those_between_two_commits(tmp_path: Path, bare: Path) -> None:
    first = committed(tmp_path, bare, {"README": "words", "große Datei": "x"})
    second = committed(tmp_path, bare, {"README": "more"})
    assert git.changed_files(bare, first, second) == ("README",)
    assert set(git.changed_files(bare, NOBODY, second)) == {"README", "große Datei"}


def lines(ref: str = "refs/heads/main", commit: str = "c" * 40) -> list[str]:
    return [f"{NOBODY} {commit} {ref}\n"]


def test_an_emulator_that_is_gone_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy.example.com:3128")
    asked: list[tuple[str, str]] = []

    def refuse(self: Any, request: Any, timeout: float) -> Any:
        asked.append((request.full_url, request.get_header("X-rehearsal-token")))
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", refuse)
    (said,) = announce.announce("http://127.0.0.1:1", "word", "acme/payments", lines())
    assert said.startswith("WARNING: main was pushed, but no pipeline started: the emulator does not answer on http")
    assert asked == [("http://127.0.0.1:1/_rehearsal/push", "word")]


def opened(monkeypatch: pytest.MonkeyPatch, answer: Any) -> list[str]:
    """What the person who pushed reads when the emulator answers so."""

    def respond(self: Any, request: Any, timeout: float) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return BytesIO(json.dumps(answer).encode())

    monkeypatch.setattr("urllib.request.OpenerDirector.open", respond)
    return announce.announce("http://127.0.0.1:1", "word", "acme/payments", lines())


def test_what_a_push_started_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    started = {"started": [{"pipeline": "delivery", "pipelineExecutionId": "e-1"}]}
    assert opened(monkeypatch, started) == ["pipeline delivery: execution e-1 started"]
    assert opened(monkeypatch, {"started": []}) == ["no pipeline follows acme/payments main"]


def test_where_a_push_was_uploaded_to_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened(monkeypatch, {"started": [], "said": ["uploaded to s3://a/b"]}) == ["uploaded to s3://a/b"]


def test_what_a_repository_stands_for_is_announced_with_each_push(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = create_repository(configuration(tmp_path), "objects/delivery", object={"key": "it's.zip"})
    words = shlex.split((bare / "hooks" / "post-receive").read_text().splitlines()[1])
    assert json.loads(words[-1]) == {"object": {"key": "it's.zip"}}
    sent: list[Any] = []

    def told(_endpoint: str, _token: str, push: dict[str, object]) -> list[str]:
        sent.append(push)
        return []

    monkeypatch.setattr(announce, "_told", told)
    announce.announce("http://127.0.0.1:1", "word", "objects/delivery", lines(), json.loads(words[-1]))
    assert sent[0]["object"] == {"key": "it's.zip"}


def test_a_refusal_of_the_emulator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = urllib.error.HTTPError("http://127.0.0.1:1", 500, "Failed", Message(), BytesIO(b"no room"))
    with refused:
        (said,) = opened(monkeypatch, refused)
    assert said == "WARNING: main was pushed, but the emulator refused it: no room"


def test_only_branches_that_are_there_are_announced() -> None:
    assert announce.announce("http://127.0.0.1:1", "word", "acme/payments", lines("refs/tags/v1")) == []
    deleted = announce.announce("http://127.0.0.1:1", "word", "acme/payments", lines(commit=NOBODY))
    assert deleted == ["main was deleted; that starts nothing"]


def test_the_hook_needs_nothing_but_the_interpreter(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", announce.__file__, "http://127.0.0.1:1", "no-such-file", "acme/payments"],
        input="".join(lines("refs/tags/v1")),
        env={},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")
