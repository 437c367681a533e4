"""The local custom cache: folders that a project's builds hand on to each other.

The rules are those of `local caching <https://docs.aws.amazon.com/codebuild/latest/userguide/caching-local.html>`_:
only folders are kept; what the source holds under the same name wins over what was kept.
"""

import shutil
import threading
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from cdk_rehearsal.codebuild.machine.workspace import Workspace, remove

AWS_HOME = PurePosixPath("/root")
_lock = threading.Lock()


def cached_folder(path: str, workspace: Workspace) -> Path | None:
    """Return the folder that an entry of ``cache.paths`` means, or None if it lies outside of the workspace.

    ``dir``, ``dir/*`` and ``dir/**/*`` mean the same. ``~`` and ``/root``, the home of builds on AWS, are the build's
    own home.
    """
    plain = PurePosixPath(*(part for part in PurePosixPath(path).parts if set(part) != {"*"}))
    if plain.parts[:1] == ("~",):
        folder = workspace.home.joinpath(*plain.parts[1:])
    elif plain.is_relative_to(AWS_HOME):
        folder = workspace.home / plain.relative_to(AWS_HOME)
    else:
        folder = workspace.source / plain
    resolved = folder.resolve()
    inside = any(root in resolved.parents for root in (workspace.source.resolve(), workspace.home.resolve()))
    return resolved if inside else None


class LocalCache:
    """The kept folders of one project."""

    def __init__(self, store: Path, workspace: Workspace, paths: Iterable[str], say: Callable[[str], None]) -> None:
        """Keep what ``paths`` name under ``store``; ``say`` is told of entries that can't be kept."""
        self._folders: dict[Path, Path] = {}
        for path in paths:
            folder = cached_folder(path, workspace)
            if folder is None:
                say(f"cache.paths: {path} lies outside of the source and of HOME, and is not kept")
            else:
                kept = quote(str(folder.relative_to(workspace.root.resolve())), safe="")
                self._folders[folder] = store / kept

    def restore(self) -> None:
        """Put kept folders in their places, and the source's files over them."""
        with _lock:
            for folder, kept in self._folders.items():
                if not kept.is_dir():
                    continue
                newer = folder.with_name(f"{folder.name}.from-source")
                if folder.exists():
                    folder.rename(newer)
                folder.parent.mkdir(parents=True, exist_ok=True)
                kept.rename(folder)
                if newer.exists():
                    shutil.copytree(newer, folder, symlinks=True, dirs_exist_ok=True)
                    remove(newer)

    def save(self) -> None:
        """Take the folders out of the workspace for the next build; entries that are no folders are left."""
        with _lock:
            for folder, kept in self._folders.items():
                if folder.is_dir():
                    remove(kept)
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    folder.rename(kept)
