"""The repository whose commit is rehearsed: what is committed travels, what is not is named."""

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
    """A work tree with a commit. ``environment`` is what git sees."""

    root: Path
    commit: str
    environment: Mapping[str, str]

    @classmethod
    def open(cls, root: Path, environment: Mapping[str, str]) -> "Repository":
        """Return the repository at ``root``. Raises :class:`RehearsalError` without a repository or a commit."""
        answer = _git(root, environment, "rev-parse", "--is-inside-work-tree")
        if answer.returncode != 0:
            raise RehearsalError(
                f"{root} is not a git repository; a rehearsal starts with a push: git init, then commit"
            )
        head = _git(root, environment, "rev-parse", "--verify", "--quiet", "HEAD")
        if head.returncode != 0:
            raise RehearsalError(f"{root} has no commit yet; a rehearsal pushes HEAD: commit first")
        return cls(root=root, commit=head.stdout.decode().strip(), environment=environment)

    def uncommitted(self) -> tuple[str, ...]:
        """Return the paths that differ from HEAD, new ones included: they do not travel."""
        status = self._must("status", "--porcelain", "--untracked-files=all").decode(errors="replace")
        return tuple(line[3:] for line in status.splitlines())

    def subject(self) -> str:
        """Return the first line of the commit's message."""
        return self._must("log", "-1", "--format=%s", self.commit).decode(errors="replace").strip()

    def export(self, folder: Path) -> None:
        """Write the files of the commit into ``folder``."""
        archive = self._must("archive", "--format=tar", self.commit)
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            # Not every 3.11 knows filters (PEP 706); this commit is the user's own, and trusted.
            files.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            files.extractall(folder)  # noqa: S202 - as above

    def push(self, bare: Path, branch: str) -> str:
        """Push the commit to ``branch`` of ``bare`` with the real ``git push``; return what git said."""
        return self._push(bare, branch)

    def push_silently(self, bare: Path, branch: str) -> None:
        """Push the commit, and let none of the hooks of ``bare`` run."""
        self._push(bare, branch, "--receive-pack", f"git -c core.hooksPath={os.devnull} receive-pack")

    def _push(self, bare: Path, branch: str, *options: str) -> str:
        moved = f"{self.commit}:refs/heads/{branch}"
        answer = _git(self.root, self.environment, "push", "--force", *options, str(bare), moved)
        said = answer.stderr.decode(errors="replace")
        if answer.returncode != 0:
            raise RehearsalError(f"git push to {bare} failed: {said.strip()}")
        return said

    def is_pushed(self, bare: Path, branch: str) -> bool:
        """Whether ``branch`` of ``bare`` is at the commit already, so that a push would move nothing."""
        return self._must("ls-remote", str(bare), f"refs/heads/{branch}").decode().startswith(self.commit)

    def set_remote(self, name: str, url: Path) -> None:
        """Make ``url`` the repository's remote ``name``."""
        known = self._must("remote").decode().split()
        self._must("remote", "set-url" if name in known else "add", name, str(url))

    def _must(self, *arguments: str) -> bytes:
        answer = _git(self.root, self.environment, *arguments)
        if answer.returncode != 0:
            raise RehearsalError(f"git {arguments[0]} failed: {answer.stderr.decode(errors='replace').strip()}")
        return answer.stdout


def _git(root: Path, environment: Mapping[str, str], *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, check=False)  # noqa: S603 - our own words
