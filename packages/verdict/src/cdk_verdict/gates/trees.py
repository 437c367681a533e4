"""The files of a repository at one commit."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cdk_verdict.errors import VerdictError

Tree = Mapping[str, bytes]
"""Contents by path, with slashes."""

IGNORED: Final = frozenset({".git", ".venv", "node_modules", "cdk.out", ".cache", ".rehearsal", "__pycache__"})
LARGEST: Final = 2_000_000
"""Bytes of a file that is read; a larger one is compared by size and nothing else."""


def read_folder(folder: Path) -> Tree:
    """Return the files below ``folder``, without those of :data:`IGNORED` folders and links.

    Raises :class:`VerdictError` if there is no such folder.
    """
    if not folder.is_dir():
        raise VerdictError(f"{folder}: not a folder; name one that holds the repository's files")
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if IGNORED.isdisjoint(relative.parts) and path.is_file() and not path.is_symlink():
            size = path.stat().st_size
            found[relative.as_posix()] = path.read_bytes() if size <= LARGEST else f"{size} bytes".encode()
    return found


def read_commit(repository: Path, commit: str) -> Tree:
    """Return the files of ``commit`` in the git ``repository``. Raises :class:`VerdictError` if git knows none."""
    if commit.startswith("-"):
        raise VerdictError(f"{commit}: not a commit; name one")
    names = _git(repository, "ls-tree", "-r", "-z", commit).split(b"\0")
    blobs = [line.split(b"\t", 1) for line in names if line and line.startswith(b"100")]
    text = b"\n".join(head.split()[2] for head, _ in blobs)
    packed = _git(repository, "cat-file", "--batch", given=text)
    found: dict[str, bytes] = {}
    for _, name in blobs:
        header, _, packed = packed.partition(b"\n")
        size = int(header.split()[2])
        found[name.decode(errors="surrogateescape")] = packed[:size]
        packed = packed[size + 1 :]
    return found


def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments and a commit
            ["git", "-C", str(repository), *arguments],  # noqa: S607 - git is where PATH says
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise VerdictError(f"git: {error.strerror}; install git") from None
    if done.returncode:
        raise VerdictError(
            f"{repository}: {done.stderr.decode(errors='replace').strip().splitlines()[0]}; name a commit"
        )
    return done.stdout
