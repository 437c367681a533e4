"""Finding the files of an artifact in a workspace."""

import os
from collections.abc import Iterator
from pathlib import Path

from cdk_rehearsal.codebuild.selection import select
from cdk_rehearsal.codebuild.specification import Output
from cdk_rehearsal.errors import RehearsalError


def collect(output: Output, source: Path) -> dict[str, Path]:
    """Return the files of an artifact by their names in it.

    Symbolic links to files count as files; links to folders are not entered. The messages are AWS's own.

    Raises:
        RehearsalError: the base directory doesn't exist, or no file matches.
    """
    bases = _base_directories(output.base_directory, source)
    if not bases:
        raise RehearsalError(f"no matching base directory path found for {output.base_directory}")
    files: dict[str, Path] = {}
    for base in bases:
        found = select(output, _paths(base, links=output.enable_symlinks))
        files |= {name: base / path for name, path in found.items()}
    if not files:
        raise RehearsalError(f"no matching artifact paths found for {', '.join(output.files)}")
    return files


def _base_directories(pattern: str, source: Path) -> list[Path]:
    if "*" not in pattern:
        return [source / pattern] if (source / pattern).is_dir() else []
    return sorted(path for path in source.glob(pattern) if path.is_dir())


def _paths(base: Path, *, links: bool) -> Iterator[str]:
    for folder, folders, files in os.walk(base):
        linked = [name for name in folders if links and Path(folder, name).is_symlink()]
        for name in (*files, *linked):
            yield Path(folder, name).relative_to(base).as_posix()
