"""What the rehearsal asks of git. The user's own git configuration has no say in it."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cdk_rehearsal.errors import RehearsalError


class UnknownCommitError(RehearsalError):
    """A repository has no such branch or commit."""


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit: its hash, its message, and when it was authored and committed (ISO 8601)."""

    id: str
    message: str
    authored: str
    committed: str


def git(repository: Path, *arguments: str) -> bytes:
    """Return what git answers about a bare repository.

    Raises:
        RehearsalError: git is not installed, or refuses; with git's own last line.
    """
    return _run(repository, [f"--git-dir={repository}"], *arguments)


def clone(repository: Path, commit_id: str, folder: Path) -> None:
    """Clone a bare repository into an empty folder, with all of its history, and check a commit out, on no branch.

    Raises:
        RehearsalError: git is not installed, or refuses; with git's own last line.
    """
    quietly = ("--quiet", "--no-checkout", "--no-hardlinks", "--template=")
    _run(repository, [], "clone", *quietly, str(repository), str(folder))
    _run(repository, ["-C", str(folder)], "checkout", "--quiet", "--detach", commit_id)


def _run(repository: Path, place: list[str], *arguments: str) -> bytes:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-c", f"safe.directory={repository}", *place, *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603 - our own words
    except FileNotFoundError:
        raise RehearsalError("git is not on PATH; install it") from None
    except subprocess.CalledProcessError as failed:
        said = failed.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {failed.returncode}"]
        raise RehearsalError(f"git {arguments[0]} in {repository}: {said[-1]}") from None
    return done.stdout


def branches(repository: Path) -> tuple[str, ...]:
    """Return the names of a repository's branches."""
    return tuple(git(repository, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").decode().split())


def branch_exists(repository: Path, branch: str) -> bool:
    """Say whether the repository has a commit on a branch."""
    if not repository.is_dir():
        return False
    return bool(git(repository, "for-each-ref", f"refs/heads/{branch}"))


def commit(repository: Path, *, branch: str, wanted: str = "") -> Commit:
    """Return the commit ``wanted``, or the one that ``branch`` points at.

    Raises:
        UnknownCommitError: there is no such repository, branch or commit.
    """
    if not repository.is_dir():
        raise UnknownCommitError(f"there is no repository {repository.parent.name}/{repository.stem}; push to it first")
    name = wanted or f"refs/heads/{branch}"
    try:
        answer = git(repository, "log", "-1", "--format=%H%n%aI%n%cI%n%B", f"{name}^{{commit}}", "--")
    except RehearsalError:
        what = f"commit {wanted}" if wanted else f"branch {branch} (no commit was pushed yet)"
        raise UnknownCommitError(f"{repository.parent.name}/{repository.stem} has no {what}") from None
    id_, authored, committed, message = answer.decode(errors="replace").split("\n", 3)
    return Commit(id=id_, message=message.strip(), authored=authored, committed=committed)


def archive(repository: Path, commit_id: str) -> bytes:
    """Return the files of a commit as a zip archive, without history, as a source connection delivers them."""
    return git(repository, "archive", "--format=zip", commit_id)


def changed_files(repository: Path, before: str, after: str) -> tuple[str, ...]:
    """Return the paths that differ between two commits; every path of ``after`` when ``before`` is unknown."""
    if set(before) <= {"0"}:
        answer = git(repository, "ls-tree", "-r", "-z", "--name-only", after)
    else:
        answer = git(repository, "diff", "--name-only", "--no-renames", "-z", before, after)
    return tuple(path for path in answer.decode(errors="replace").split("\0") if path)
