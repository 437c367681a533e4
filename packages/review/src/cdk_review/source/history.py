"""Since which commit a line stands in the source."""

import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cdk_review.model.findings import Place

NOT_YET: Final = "0" * 40
"""What git calls the commit of a line that is not committed."""

Line = tuple[str, str]


class History:
    """Who last changed the lines of a work tree; knows nothing where there is no git or no repository."""

    def __init__(self, root: Path) -> None:
        """Look at the files below ``root``."""
        self._root = root
        self._files: dict[str, Mapping[int, Line]] = {}

    def of(self, place: Place) -> Line | None:
        """The commit that a line is from and its date (``YYYY-MM-DD``, UTC); None where that is not known."""
        if place.file not in self._files:
            self._files[place.file] = _blame(self._root, place.file)
        return self._files[place.file].get(place.line)


def _blame(root: Path, file: str) -> Mapping[int, Line]:
    git = shutil.which("git")
    if git is None:
        return {}
    command = [git, "-C", str(root), "blame", "--line-porcelain", "--", file]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - git, and a file that was just read
    lines: dict[int, Line] = {}
    commit, number = "", 0
    for line in done.stdout.decode(errors="replace").splitlines():
        if line.startswith("\t"):
            continue
        first, _, rest = line.partition(" ")
        if len(first) == len(NOT_YET) and rest[:1].isdigit():
            commit, number = first, int(rest.split(" ")[1])
        elif first == "committer-time" and commit != NOT_YET:
            lines[number] = commit, datetime.fromtimestamp(int(rest), UTC).date().isoformat()
    return lines
