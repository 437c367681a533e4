"""The repository whose commit is rehearsed. Uncommitted changes are not part of a rehearsal."""

import io
import os
import subprocess
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cdk_rehearsal.errors import RehearsalError


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A work tree with a commit. ``environment`` is the environment of git."""

    root: Path
    commit: str
    environment: Mapping[str, str]

    @classmethod
    def open(cls, root: Path, environment: Mapping[str, str]) -> "Repository":
        """Return the repository at ``root``.

        Raises :class:`RehearsalError` if ``root`` is not a repository, has no commit, or is a shallow clone, from which
        git cannot push.
        """
        answer = _git(root, environment, "rev-parse", "--is-inside-work-tree")
        if answer.returncode != 0:
            raise RehearsalError(
                f"{root} is not a git repository, and a rehearsal starts with a push; run `git init` and commit"
            )
        head = _git(root, environment, "rev-parse", "--verify", "--quiet", "HEAD")
        if head.returncode != 0:
            raise RehearsalError(f"{root} has no commit, and a rehearsal pushes HEAD; commit first")
        if _git(root, environment, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true":
            raise RehearsalError(
                f"{root} is a shallow clone, from which git cannot push; run `git fetch --unshallow` "
                "(in GitHub Actions, set fetch-depth: 0)"
            )
        return cls(root=root, commit=head.stdout.decode().strip(), environment=environment)

    def is_detached(self) -> bool:
        """Whether HEAD is a commit rather than a branch."""
        return _git(self.root, self.environment, "symbolic-ref", "--quiet", "HEAD").returncode != 0

    def uncommitted(self) -> tuple[str, ...]:
        """Return the paths that differ from HEAD, including new ones. They are not delivered."""
        status = self._must("status", "--porcelain", "--untracked-files=all").decode(errors="replace")
        return tuple(line[3:] for line in status.splitlines())

    def subject(self) -> str:
        """Return the first line of the commit's message."""
        return self._must("log", "-1", "--format=%s", self.commit).decode(errors="replace").strip()

    def export(self, folder: Path) -> None:
        """Write the files of the commit into ``folder``."""
        archive = self._must("archive", "--format=tar", self.commit)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            # Early versions of 3.11 lack filters (PEP 706); the commit is the user's own and trusted.
            files.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            files.extractall(folder)  # noqa: S202 - as above

    def push(self, bare: Path, branch: str) -> str:
        """Push the commit to ``branch`` of ``bare`` with ``git push``; return git's messages."""
        return self._push(bare, branch)

    def push_silently(self, bare: Path, branch: str) -> None:
        """Push the commit without running the hooks of ``bare``."""
        self._push(bare, branch, "--receive-pack", f"git -c core.hooksPath={os.devnull} receive-pack")

    def _push(self, bare: Path, branch: str, *options: str) -> str:
        moved = f"{self.commit}:refs/heads/{branch}"
        answer = _git(self.root, self.environment, "push", "--force", *options, str(bare), moved)
        messages = answer.stderr.decode(errors="replace")
        if answer.returncode != 0:
            raise RehearsalError(f"git push to {bare} failed: {messages.strip()}")
        return messages

    def is_pushed(self, bare: Path, branch: str) -> bool:
        """Whether ``branch`` of ``bare`` is already at the commit, so that a push would not change it."""
        return self._must("ls-remote", str(bare), f"refs/heads/{branch}").decode().startswith(self.commit)

    def set_remote(self, name: str, url: Path) -> None:
        """Set the remote ``name`` to ``url``; add it if there is none."""
        known = self._must("remote").decode().split()
        self._must("remote", "set-url" if name in known else "add", name, str(url))

    def remove_remote(self, name: str, *, below: Path) -> bool:
        """Remove the remote ``name`` if it points to a folder below ``below``; return whether it did."""
        answer = _git(self.root, self.environment, "remote", "get-url", name)
        url = answer.stdout.decode(errors="replace").strip()
        if answer.returncode != 0 or not Path(url).is_relative_to(below):
            return False
        self._must("remote", "remove", name)
        return True

    def _must(self, *arguments: str) -> bytes:
        answer = _git(self.root, self.environment, *arguments)
        if answer.returncode != 0:
            raise RehearsalError(f"git {arguments[0]} failed: {answer.stderr.decode(errors='replace').strip()}")
        return answer.stdout


def _git(root: Path, environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - arguments are the driver's own
