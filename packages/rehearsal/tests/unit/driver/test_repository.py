import os
import subprocess
from pathlib import Path

import pytest

from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.errors import RehearsalError

GIT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Author",
    "GIT_AUTHOR_EMAIL": "author@example.com",
    "GIT_COMMITTER_NAME": "Committer",
    "GIT_COMMITTER_EMAIL": "committer@example.com",
}


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, env=GIT, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "app.py").write_text("committed\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message=First line\n\nand more")
    return folder


def test_a_folder_without_git_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        RehearsalError, match="is not a git repository, and a rehearsal starts with a push; run `git init`"
    ):
        Repository.open(tmp_path, {**GIT, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})


def test_a_repository_without_a_commit_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(RehearsalError, match="has no commit, and a rehearsal pushes HEAD; commit first"):
        Repository.open(tmp_path, GIT)


def test_what_is_not_committed_is_named_and_does_not_travel(work: Path, tmp_path: Path) -> None:
    (work / "app.py").write_text("changed\n")
    (work / "folder").mkdir()
    (work / "folder" / "new.py").touch()
    repository = Repository.open(work, GIT)
    assert sorted(repository.uncommitted()) == ["app.py", "folder/new.py"]
    repository.export(tmp_path / "out")
    assert (tmp_path / "out" / "app.py").read_text() == "committed\n"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["app.py"]


def test_the_commit_is_pushed_to_the_branch(work: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    repository = Repository.open(work, GIT)
    assert not repository.is_pushed(bare, "release")
    repository.push(bare, "release")
    assert repository.is_pushed(bare, "release")
    assert git(bare, "rev-parse", "release").strip() == repository.commit
    assert repository.subject() == "First line"


def test_a_silent_push_runs_none_of_the_repository_s_hooks(work: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    hook = bare / "hooks" / "post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/heard\n")
    hook.chmod(0o755)
    repository = Repository.open(work, GIT)
    repository.push_silently(bare, "main")
    assert repository.is_pushed(bare, "main")
    assert not (tmp_path / "heard").exists()
    repository.push(bare, "other")
    assert (tmp_path / "heard").exists()


def test_a_push_that_git_refuses_says_what_git_said(work: Path, tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match=r"git push to .*absent.git failed: .*does not appear to be a git rep"):
        Repository.open(work, GIT).push(tmp_path / "absent.git", "main")


def test_the_remote_is_added_once_and_then_moved(work: Path, tmp_path: Path) -> None:
    repository = Repository.open(work, GIT)
    repository.set_remote("rehearsal", tmp_path / "one")
    repository.set_remote("rehearsal", tmp_path / "two")
    assert git(work, "remote", "get-url", "rehearsal").strip() == str(tmp_path / "two")


def test_git_s_own_refusal_is_one_line(work: Path) -> None:
    repository = Repository.open(work, GIT)
    (work / ".git" / "index").write_bytes(b"broken")
    with pytest.raises(RehearsalError, match=r"^git status failed: "):
        repository.uncommitted()


def test_shallow_clone_is_refused_before_anything_runs(work: Path, tmp_path: Path) -> None:
    git(work, "commit", "--quiet", "--allow-empty", "--message=second")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{work}", "shallow")
    with pytest.raises(RehearsalError, match=r"shallow is a shallow clone, from which git cannot push; run "):
        Repository.open(tmp_path / "shallow", GIT)
    git(tmp_path / "shallow", "fetch", "--quiet", "--unshallow")
    assert Repository.open(tmp_path / "shallow", GIT)


def test_detached_head_is_recognized_and_pushed(work: Path, tmp_path: Path) -> None:
    assert not Repository.open(work, GIT).is_detached()
    git(work, "checkout", "--quiet", "--detach")
    git(tmp_path, "init", "--quiet", "--bare", "bare.git")
    repository = Repository.open(work, GIT)
    assert repository.is_detached()
    repository.push(tmp_path / "bare.git", "main")
    assert repository.is_pushed(tmp_path / "bare.git", "main")


def test_remote_is_removed_only_if_it_points_into_the_rehearsal(work: Path, tmp_path: Path) -> None:
    repository = Repository.open(work, GIT)
    below = work / ".rehearsal"
    assert not repository.remove_remote("rehearsal", below=below)
    repository.set_remote("rehearsal", tmp_path / "own.git")
    assert not repository.remove_remote("rehearsal", below=below)
    repository.set_remote("rehearsal", below / "state" / "bare.git")
    assert repository.remove_remote("rehearsal", below=below)
    assert git(work, "remote") == ""
