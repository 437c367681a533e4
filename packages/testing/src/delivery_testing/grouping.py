"""Which tests share a process, and in which order they run."""

from collections.abc import Collection, Sequence
from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

STORIES = {"delivery", "deliveries", "door", "page"}
"""Folders whose files are stories: each test builds on what the one before it left."""
ALONE = {"delivery", "deliveries", "faults"}
"""Folders whose files take so long that each gets a process of its own and starts early."""
MACHINERY = {"benchmarks", "compliance", "function", "steps", "tooling"}
"""Unit tests that do not look at the app, and so need not wait for its synth."""


def group(path: PurePath) -> str:
    """Return the group of a test file: what shares a synth, an emulator, or a delivery runs in one process."""
    folders = path.parts[path.parts.index("tests") + 1 : -1]
    match folders:
        case ("unit", inner, *_) if inner in MACHINERY:
            return "machinery"
        case ("unit" | "contract", *_):
            return "app" if path.parts[0] == "tests" else "/".join(folders[:2])
        case (folder, *_) if folder in ALONE:
            return path.stem
        case (folder, *_):
            return folder
    return "."


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """Gives a group to one process. (``--dist loadgroup`` reads marks that pytest 9 no longer shows to xdist 3.8.)"""

    def _split_scope(self, nodeid: str) -> str:
        return group(PurePath(nodeid.partition("::")[0]))


def arranged(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return ``items`` with the longest groups first, and stories in the order of their file."""
    first = sorted((item for item in items if _in(STORIES | ALONE, item.path)), key=_line)
    return [*first, *(item for item in items if not _in(STORIES | ALONE, item.path))]


def _in(folders: Collection[str], path: PurePath) -> bool:
    return path.parts[path.parts.index("tests") + 1] in folders


def _line(item: pytest.Item) -> tuple[bool, str, int]:
    _, line, _ = item.location
    return item.path.stem != "test_tap", item.path.stem, line or 0
