"""Which row a property belongs to: the longest row of its type, or else a rule over its name."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Final

from cdk_verdict.protections.meanings import Meaning, Row

REMOVED: Final = "@removed"
"""The row that says what is lost with a resource of the type itself."""
FILE: Final = "protections.txt"
NAMES: Final = "names.txt"


def row_of(type_: str, path: str) -> Row | None:
    """Return what the property ``path`` of ``type_`` means; None if nobody has said so."""
    rows = rows_of(type_)
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        found = rows.get(".".join(parts[:length]))
        if found is not None:
            return found
    for length in range(len(parts), 0, -1):
        for pattern, meaning, direction in _names():
            if pattern.fullmatch(parts[length - 1]):
                return Row(path=".".join(parts[:length]), meaning=meaning, direction=direction)
    own = f"{type_.rpartition('::')[2]}Name"
    if parts[0] in {"Name", own}:
        return Row(path=parts[0], meaning=Meaning.NEUTRAL, direction="name")
    return None


def rows_of(type_: str) -> Mapping[str, Row]:
    """Return the rows of ``type_`` by path; empty if there are none."""
    return _table().get(type_, {})


def judged_types() -> frozenset[str]:
    """Return the types of which every property is classified."""
    return frozenset(_table())


@cache
def _names() -> tuple[tuple[re.Pattern[str], Meaning, str], ...]:
    """The rules over names, tried on each part of a property's path, the last part first."""
    found = []
    for line in _lines(NAMES):
        pattern, _, words = line.partition(" = ")
        meaning, _, direction = words.partition(" ")
        found.append((re.compile(pattern), Meaning(meaning), direction))
    return tuple(found)


def _lines(name: str) -> list[str]:
    text = resources.files("cdk_verdict").joinpath("data", name).read_text()
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@cache
def _table() -> Mapping[str, Mapping[str, Row]]:
    table: dict[str, dict[str, Row]] = {}
    section: dict[str, Row] = {}
    for line in _lines(FILE):
        if line.startswith("["):
            section = table.setdefault(line.strip("[]"), {})
        else:
            paths, _, words = line.partition(" = ")
            meaning, _, direction = words.partition(" ")
            for path in paths.split(", "):
                section[path] = Row(path=path, meaning=Meaning(meaning), direction=direction)
    return table
