"""What the review asks git."""

import io
import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

from cdk_review.errors import ReviewError


class Repository:
    """A clone."""

    def __init__(self, root: Path) -> None:
        """Open the clone whose top folder is ``root``. Raises :class:`~cdk_review.errors.ReviewError` without git."""
        git = shutil.which("git")
        if git is None:
            raise ReviewError("git is not on PATH, and it knows the base; install it")
        self._root, self._git = root, git

    def merge_base(self, ref: str) -> str:
        """The commit where HEAD branched off from ``ref``.

        Raises :class:`~cdk_review.errors.ReviewError` where there is no such ref, or no common commit in this clone.
        """
        commit = self._try("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if commit is None:
            raise ReviewError(f"{ref} is no commit or branch of this clone; fetch it, or name another base")
        base = self._try("merge-base", "HEAD", commit)
        if base is None:
            raise ReviewError(f"HEAD and {ref} have no commit in common in this clone; `git fetch --unshallow` first")
        return base

    def head(self) -> str | None:
        """The commit that the work tree holds; None where it differs from HEAD."""
        changes = self._try("status", "--porcelain", "--untracked-files=normal")
        return self._try("rev-parse", "HEAD") if changes == "" else None

    def tree(self) -> Mapping[str, bytes]:
        """The contents of the work tree's files by path, without those that git ignores."""
        names = self._try("ls-files", "-z", "--cached", "--others", "--exclude-standard") or ""
        paths = ((name, self._root / name) for name in names.split("\0") if name)
        return {name: path.read_bytes() for name, path in paths if path.is_file() and not path.is_symlink()}

    def extract(self, commit: str, folder: Path) -> None:
        """Write the files of ``commit`` into ``folder``."""
        archive = subprocess.run(  # noqa: S603 - git, and a commit that it named
            [self._git, "-C", self._root, "archive", "--format=tar", commit], capture_output=True, check=False
        )
        if archive.returncode != 0:
            said = archive.stderr.decode(errors="replace").strip()
            raise ReviewError(f"git can't read the files of the base {commit}: {said}")
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
            # As git has them, links that lead out of the tree included: the commit's own code is run next anyway.
            files.extraction_filter = lambda member, _: member
            files.extractall(folder)  # noqa: S202 - as above

    def _try(self, *arguments: str) -> str | None:
        command = [self._git, "-C", str(self._root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - git
        return done.stdout.strip() if done.returncode == 0 else None
