"""Differences between two templates, resource by resource."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy")
KEPT = frozenset({"Retain", "Snapshot", "RetainExceptOnCreate"})
LONGEST = 300
PATH = "aws:cdk:path"

Replaces = Callable[[str, str], str]
"""Takes a resource type and a property's path; returns whether a change replaces the resource: yes, perhaps, or no."""

ORDER = ("removed", "replaced", "perhaps", "changed", "added")


@dataclass(frozen=True, kw_only=True)
class Property:
    """A property that changes. Values are JSON; a missing or unknown value is empty."""

    name: str
    before: str = ""
    after: str = ""
    replaces: str = "no"


@dataclass(frozen=True, kw_only=True)
class Change:
    """A resource that changes: ``kind`` is added, changed, replaced, perhaps (may be replaced), or removed.

    ``kept``: the stack retains the removed or replaced resource in the account, according to its policy.
    """

    kind: str
    type: str
    logical_id: str
    path: str = ""
    physical_id: str = ""
    kept: bool = False
    properties: tuple[Property, ...] = ()


def compare(before: Mapping[str, Any], after: Mapping[str, Any], replaces: Replaces) -> tuple[Change, ...]:
    """Return the resources that differ, losses first."""
    old, new = before.get("Resources", {}), after.get("Resources", {})
    found = [_removed(name, old[name]) for name in old.keys() - new.keys()]
    found += [_added(name, new[name]) for name in new.keys() - old.keys()]
    for name in old.keys() & new.keys():
        change = _changed(name, old[name], new[name], replaces)
        if change is not None:
            found.append(change)
    return in_order(found)


def in_order(changes: list[Change]) -> tuple[Change, ...]:
    """Return ``changes``, losses first."""
    return tuple(sorted(changes, key=lambda each: (ORDER.index(each.kind), each.type, each.logical_id)))


def path_of(resource: Mapping[str, Any]) -> str:
    """Return a resource's construct path from its metadata, without the trailing ``/Resource``."""
    path: str = resource.get("Metadata", {}).get(PATH, "")
    return path.removesuffix("/Resource")


def shown(value: Any) -> str:
    """Return a value as compact JSON, truncated to :data:`LONGEST` characters."""
    text = json.dumps(value, separators=(", ", ": "), sort_keys=True, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _added(name: str, resource: Mapping[str, Any]) -> Change:
    return Change(kind="added", type=resource["Type"], logical_id=name, path=path_of(resource))


def _removed(name: str, resource: Mapping[str, Any]) -> Change:
    kept = resource.get("DeletionPolicy") in KEPT
    return Change(kind="removed", type=resource["Type"], logical_id=name, path=path_of(resource), kept=kept)


def _changed(name: str, old: Mapping[str, Any], new: Mapping[str, Any], replaces: Replaces) -> Change | None:
    type_ = new["Type"]
    if old["Type"] != type_:
        other = Property(name="Type", before=shown(old["Type"]), after=shown(type_), replaces="yes")
        properties = [other]
    else:
        properties = [
            Property(name=path, before=before, after=after, replaces=replaces(type_, path))
            for path, before, after in _differences(old.get("Properties", {}), new.get("Properties", {}), "")
        ]
        properties += [
            Property(name=each, before=_given(old, each), after=_given(new, each))
            for each in ATTRIBUTES
            if old.get(each) != new.get(each)
        ]
    if not properties:
        return None
    worst = {each.replaces for each in properties}
    kind = "replaced" if "yes" in worst else "perhaps" if "perhaps" in worst else "changed"
    return Change(
        kind=kind,
        type=type_,
        logical_id=name,
        path=path_of(new),
        kept=kind != "changed" and old.get("UpdateReplacePolicy") in KEPT,
        properties=tuple(sorted(properties, key=lambda each: each.name)),
    )


def _given(resource: Mapping[str, Any], name: str) -> str:
    return shown(resource[name]) if name in resource else ""


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(old, dict) and isinstance(new, dict) and not _intrinsic(old) and not _intrinsic(new):
        for name in sorted(old.keys() | new.keys()):
            place = f"{path}.{name}" if path else name
            if name not in old:
                yield place, "", shown(new[name])
            elif name not in new:
                yield place, shown(old[name]), ""
            else:
                yield from _differences(old[name], new[name], place)
    elif old != new:
        yield path, shown(old), shown(new)


def _intrinsic(value: Mapping[str, Any]) -> bool:
    return any(name == "Ref" or name.startswith("Fn::") for name in value)
