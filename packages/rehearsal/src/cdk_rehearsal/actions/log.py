"""The log of one action: plain lines, written as they come."""

import shutil
import time
from pathlib import Path

CHUNK = 1024 * 1024


class ActionLog:
    """A file that a person can follow while the action runs."""

    def __init__(self, path: Path) -> None:
        """Start an empty log at ``path``, making its folder."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")

    def line(self, text: str) -> None:
        """Add a line under the time of day (UTC)."""
        self.raw(f"{time.strftime('%H:%M:%S', time.gmtime())} {text}\n")

    def raw(self, text: str) -> None:
        """Add text as it is."""
        with self.path.open("a") as file:
            file.write(text)


class Follower:
    """Copies what another process appends to a file into an action's log."""

    def __init__(self, path: Path, log: ActionLog) -> None:
        """Follow ``path`` from its beginning; it need not exist yet."""
        self._path = path
        self._log = log
        self._read = 0

    def copy(self) -> None:
        """Copy what has come since the last time."""
        if not self._path.exists():
            return
        with self._path.open("rb") as file, self._log.path.open("ab") as log:
            file.seek(self._read)
            shutil.copyfileobj(file, log, CHUNK)
            self._read = file.tell()
