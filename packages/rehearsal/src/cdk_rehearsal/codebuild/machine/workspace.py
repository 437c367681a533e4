"""Where builds run: a folder a project, the same at every build, so that caches which know paths help."""

import contextlib
import itertools
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("src", "home", "tmp", "control", "sources", "scratch", "python")


@dataclass(frozen=True)
class Workspace:
    """The folders of one build, all empty when it starts."""

    root: Path

    @property
    def source(self) -> Path:
        """Holds the primary source; commands start here."""
        return self.root / "src"

    @property
    def home(self) -> Path:
        """HOME of the build."""
        return self.root / "home"

    @property
    def temporary(self) -> Path:
        """TMPDIR of the build."""
        return self.root / "tmp"

    @property
    def python(self) -> Path:
        """The build's own Python environment, into which ``pip install`` writes."""
        return self.root / "python"

    @property
    def control(self) -> Path:
        """The shell's own; may hold secrets."""
        return self.root / "control"

    @property
    def scratch(self) -> Path:
        """Archives on their way in and out."""
        return self.root / "scratch"

    def secondary_source(self, identifier: str) -> Path:
        """Holds a secondary source."""
        return self.root / "sources" / identifier


class Workspaces:
    """All workspaces under one folder, each lent to one build at a time."""

    def __init__(self, root: Path) -> None:
        """Lend folders under ``root``, which need not exist yet."""
        self._root = root
        self._lent: set[Path] = set()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def lend(self, account: str, project: str) -> Iterator[Workspace]:
        """Lend an empty workspace: ``<account>/<project>``, or with ``.2``, ``.3`` and so on while that is in use.

        What a build leaves stays for a look until the next one, apart from what may hold secrets.
        """
        folder = self._root / account / project
        names = itertools.chain([folder], (folder.with_name(f"{project}.{count}") for count in itertools.count(2)))
        with self._lock:
            chosen = next(name for name in names if name not in self._lent)
            self._lent.add(chosen)
        try:
            remove(chosen)
            for name in FOLDERS:
                (chosen / name).mkdir(mode=0o700, parents=True)
            yield Workspace(chosen)
        finally:
            for name in ("control", "scratch", "python"):
                remove(chosen / name)
            self._lent.discard(chosen)


def remove(folder: Path) -> None:
    """Delete a folder if it exists, folders that a build has write-protected included."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except PermissionError:
        for inner in (folder, *(path for path in folder.rglob("*") if path.is_dir() and not path.is_symlink())):
            inner.chmod(0o700)
        shutil.rmtree(folder)
