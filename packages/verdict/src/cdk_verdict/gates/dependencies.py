"""What is installed: lock files with hashes, and the pins that they are made from."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdk_verdict.gates.observing import look, stopped
from cdk_verdict.gates.trees import Tree
from cdk_verdict.model import Observation

_PIN: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?\s*(==|===)\s*([^\s;\\#]+)")
_NAME: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
_OPTION: Final = re.compile(
    r"^(-i\b|--(?:extra-)?index-url|--find-links|-f\b|--trusted-host|--no-verify|-e\b)|@\s*\S+://|://"
)
_MEANING: Final = "dependencies"


def compare_dependencies(base: Tree, head: Tree) -> Iterator[Observation]:
    """Yield what is installed from elsewhere, with other hashes, or less surely than before."""
    for path in sorted({*base, *head}):
        before, after = base.get(path), head.get(path)
        if before == after:
            continue
        name = path.rpartition("/")[2]
        if name in {"package-lock.json", "npm-shrinkwrap.json"}:
            yield from _npm(path, before, after)
        elif name == "package.json":
            yield from _npm_pins(path, before, after)
        elif re.fullmatch(r".*\.(txt|in)", name) and ("requirements" in path):
            yield from _python(path, before, after)
        elif name in {".npmrc", "pip.conf", "uv.toml", ".pip.conf"} and before != after:
            yield stopped(path, "packages may come from elsewhere", meaning=_MEANING)


def _python(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    if after is None:
        yield stopped(path, "the file that pins packages is removed", meaning=_MEANING, before=path)
        return
    old, new = _requirements(before or b""), _requirements(after)
    for line in sorted(new.options - old.options):
        yield stopped(path, f"packages may come from elsewhere ({line})", meaning=_MEANING, after=line)
    for name, (version, hashes) in new.packages.items():
        was = old.packages.get(name)
        if was is None:
            if before is not None:
                yield look(path, f"{name} is a new dependency", meaning=_MEANING, after=f"{name} {version}")
            continue
        if was[0] and not version:
            yield stopped(path, f"{name} is no longer pinned", meaning=_MEANING, before=was[0])
        if was[1] and not hashes:
            yield stopped(path, f"{name} is no longer checked by hash", meaning=_MEANING, before=was[0], after=version)
        elif was[0] == version and was[1] and hashes - was[1]:
            yield stopped(
                path,
                f"{name} {version} has other hashes than before",
                meaning=_MEANING,
                before=" ".join(sorted(was[1])),
                after=" ".join(sorted(hashes)),
            )


class _requirements:  # noqa: N801 - reads like a function
    """The packages of a requirements file by name, with version and hashes, and the lines that say where from."""

    def __init__(self, content: bytes) -> None:
        self.packages: dict[str, tuple[str, set[str]]] = {}
        self.options: set[str] = set()
        for line in content.decode(errors="replace").replace("\\\n", " ").splitlines():
            text = line.partition(" #")[0].strip()
            if not text or text.startswith("#"):
                continue
            if _OPTION.search(text):
                self.options.add(text)
            named = _NAME.match(text)
            if named:
                pin = _PIN.match(text)
                hashes = set(re.findall(r"--hash=(\S+)", text))
                name = re.sub(r"[-_.]+", "-", named[1]).lower()
                self.packages[name] = (pin[3] if pin else "", hashes)


def _npm(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    if after is None:
        yield stopped(path, "the lock file is removed", meaning=_MEANING, before=path)
        return
    old, new = _json(before), _json(after)
    if old is None or new is None:
        yield look(path, "the lock file cannot be read", meaning=_MEANING)
        return
    was, is_ = (_object(each.get("packages")) for each in (old, new))
    for name, package in is_.items():
        known = _object(was.get(name))
        entry = _object(package)
        if not name or not known:
            if name and before is not None:
                yield look(path, f"{name} is a new dependency", meaning=_MEANING, after=str(entry.get("version")))
            continue
        if known.get("integrity") and not entry.get("integrity"):
            yield stopped(path, f"{name} is no longer checked by hash", meaning=_MEANING)
        elif known.get("version") == entry.get("version") and known.get("integrity") != entry.get("integrity"):
            yield stopped(path, f"{name} {entry.get('version')} has another hash than before", meaning=_MEANING)
        if known.get("resolved") != entry.get("resolved") and known.get("version") == entry.get("version"):
            yield stopped(path, f"{name} comes from {entry.get('resolved')}", meaning=_MEANING)


def _npm_pins(path: str, before: bytes | None, after: bytes | None) -> Iterator[Observation]:
    old, new = _json(before), _json(after)
    if old is None or new is None:
        yield look(path, "the package file cannot be read", meaning=_MEANING)
        return
    for section in ("dependencies", "devDependencies", "optionalDependencies"):
        was, is_ = _object(old.get(section)), _object(new.get(section))
        for name, version in is_.items():
            if _exact(was.get(name)) and not _exact(version):
                yield stopped(
                    path, f"{name} is no longer pinned", meaning=_MEANING, before=str(was[name]), after=str(version)
                )
    if old.get("scripts") != new.get("scripts"):
        yield look(path, "scripts change, which run on installation", meaning=_MEANING)


def _exact(version: Any) -> bool:
    return isinstance(version, str) and bool(re.fullmatch(r"\d+\.\d+\.\d+([-+].*)?", version))


def _json(content: bytes | None) -> Mapping[str, Any] | None:
    if content is None:
        return {}
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
