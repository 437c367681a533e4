"""Settings that decide where a change goes and who approves it, and those of the checks."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any, Final

from cdk_verdict.diffing import Leaf, leaves
from cdk_verdict.gates.observing import look, stopped
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Observation, shown

BOUNDARIES: Final = re.compile(
    r"account|branch|repositor|connection|approver|region|qualifier|role|trust", re.IGNORECASE
)
"""Settings that decide from where, to where, and by whose approval a change goes."""
_MEANING: Final = "settings"
HARMLESS: Final = frozenset({"versionReporting", "notices", "output", "description", "name", "version", "readme"})


def compare_settings(base: Tree, head: Tree) -> Iterator[Observation]:
    """Yield the settings that move a boundary or weaken a check."""
    for path in sorted({*base, *head}):
        name = path.rpartition("/")[2]
        if base.get(path) == head.get(path):
            continue
        if name in {"cdk.json", "cdk.context.json"}:
            yield from _cdk(path, base.get(path), head.get(path))
        elif name == "pyproject.toml":
            yield from _checks(path, base.get(path), head.get(path))
        elif name in {"setup.cfg", "pytest.ini", "tox.ini", ".coveragerc", "mypy.ini", "ruff.toml"}:
            yield look(path, "settings of the checks change", meaning="checks")


def _cdk(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    if before is None:
        return  # a new file: nothing was set before
    found = _parsed(json.loads, before, after)
    if found is None:
        yield look(path, "the settings cannot be read", meaning=_MEANING)
        return
    for leaf in leaves(*found):
        if leaf.path in HARMLESS:
            continue
        boundary = BOUNDARIES.search(leaf.path) and not leaf.path.startswith("context.@")
        report = stopped if boundary or leaf.path == "app" else look
        yield report(path, _change(leaf), meaning=_MEANING, before=shown(leaf.before), after=shown(leaf.after))


def _checks(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    if before is None:
        return
    found = _parsed(lambda text: tomllib.loads(text.decode()), before, after)
    if found is None:
        yield look(path, "the settings of the checks cannot be read", meaning="checks")
        return
    for leaf in leaves(*found):
        if not leaf.path.startswith("tool.") or leaf.path.endswith(("cache-dir", "cache_dir", "line-length")):
            continue
        report = stopped if _is_weaker(leaf) else look
        yield report(path, _change(leaf), meaning="checks", before=shown(leaf.before), after=shown(leaf.after))


def _is_weaker(leaf: Leaf) -> bool:
    word = leaf.path.rpartition(".")[2] if not leaf.path.endswith(".*") else leaf.path.split(".")[-2]
    if word == "fail_under":
        return leaf.after is None or (isinstance(leaf.before, int | float) and leaf.after < leaf.before)
    if word in {"strict", "branch", "xfail_strict"}:
        return bool(leaf.before) and not leaf.after
    if word in {"ignore", "omit", "exclude_also", "exclude", "extend-exclude", "exclude_lines", "per-file-ignores"}:
        return leaf.before is None
    return word in {"select", "testpaths", "source", "files", "addopts", "filterwarnings"} and leaf.after is None


def _change(leaf: Leaf) -> str:
    return f"{leaf.path.removesuffix('.*')} goes from {_brief(leaf.before)} to {_brief(leaf.after)}"


def _brief(value: Any) -> str:
    return "nothing" if value is None else (shown(value) or "")[:60]


def _parsed(parse: Callable[[bytes], Any], before: bytes, after: bytes | None) -> tuple[Any, Any] | None:
    try:
        return parse(before), {} if after is None else parse(after)
    except (ValueError, RecursionError):
        return None
