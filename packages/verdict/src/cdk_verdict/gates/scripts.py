"""Files that run the checks, and files that say what is accepted."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

import yaml

from cdk_verdict.gates.observing import look, stopped
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Observation

SCRIPTS: Final = ("Makefile", "*.mk", ".ci/*", "*.sh", "buildspec*.y*ml", ".pre-commit-config.yaml", ".github/*.yml")
LISTS: Final = ("access-limits.yaml", "access-explained.yaml", "*signed-off*.yaml", "*sign-offs*.yaml")
IGNORING: Final = ("|| true", "|| :", "|| exit 0", "--exit-zero", "--no-verify", "set +e")
_MEANING: Final = "checks"


def compare_scripts(base: Tree, head: Tree) -> Iterator[Observation]:
    """Yield what scripts no longer run, and entries that limit or accept something."""
    for path in sorted({*base, *head}):
        before, after = base.get(path), head.get(path)
        if before == after or path.startswith(".github/workflows/"):
            continue
        if any(fnmatchcase(path, pattern) for pattern in SCRIPTS) and before is not None:
            yield from _script(path, before, after)
        elif any(fnmatchcase(path, pattern) for pattern in LISTS):
            yield from _list(path, before, after)


def _script(path: str, before: bytes, after: bytes | None) -> Iterator[Observation]:
    if after is None:
        yield stopped(path, "the script is removed", meaning=_MEANING, before=path)
        return
    old, new = _commands(before), _commands(after)
    lost, added = [line for line in old if line not in new], [line for line in new if line not in old]
    makes = path.endswith(("Makefile", ".mk"))
    ignoring = [line for line in added if any(word in line for word in IGNORING) or (makes and line.startswith("-"))]
    for line in ignoring:
        yield stopped(path, f"a failure is ignored: {line}", meaning=_MEANING, after=line)
    if lost and not ignoring:
        report = look if len(added) >= len(lost) else stopped
        yield report(
            path,
            f"it no longer runs: {'; '.join(lost[:2])}",
            meaning=_MEANING,
            before="\n".join(lost),
            after="\n".join(added),
        )


def _commands(content: bytes) -> list[str]:
    lines = (line.strip() for line in content.decode(errors="replace").replace("\\\n", " ").splitlines())
    return [" ".join(line.split()) for line in lines if line and not line.startswith("#")]


def _list(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    old, new = _entries(before), _entries(after)
    if old is None or new is None:
        yield look(path, "the file cannot be read", meaning=_MEANING)
        return
    limits = path.endswith("access-limits.yaml")
    for entry in old:
        if limits and entry not in new:
            yield stopped(
                path, f"a limit is taken away or changed: {_name(entry)}", meaning="limits", before=str(entry)
            )
    for entry in new:
        if not limits and entry not in old and "explained" in path:
            yield look(
                path, f"access is explained that was not: {_name(entry)}", meaning="explanations", after=str(entry)
            )


def _entries(content: bytes | None) -> list[Any] | None:
    try:
        found = yaml.safe_load(content or b"")
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    return found if isinstance(found, list) else [] if found is None else None


def _name(entry: Any) -> str:
    return str(entry.get("limit") or entry.get("role") or entry) if isinstance(entry, Mapping) else str(entry)
