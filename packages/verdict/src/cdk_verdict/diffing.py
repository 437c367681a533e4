"""Finds the parts in which two template values differ."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ORDERED: Final = frozenset({"CacheBehaviors", "Command", "EntryPoint", "Stages", "Actions", "Fn::Join", "Statement"})
"""Lists whose order means something (``Statement`` is judged elsewhere, and whole)."""
IDENTITIES: Final = ("Id", "ID", "Sid", "Key", "Name", "RuleName", "AlgorithmName", "LogicalId", "PathPattern")
"""Properties that name an entry of a list, so that the same entry is compared on both sides."""


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """One part that differs. ``path`` is dotted; ``*`` stands for a list's entry."""

    path: str
    before: Any
    after: Any


def leaves(before: Any, after: Any, path: str = "") -> Iterator[Leaf]:
    """Yield the smallest parts in which ``before`` and ``after`` differ. The order of most lists means nothing.

    A value that is on one side alone is taken apart too, so that each of its parts can be judged; intrinsic functions
    are one value.
    """
    if before == after:
        return
    if _plain(before) and _plain(after) and (before or after):
        old, new = before or {}, after or {}
        for key in dict.fromkeys([*old, *new]):
            yield from leaves(old.get(key), new.get(key), f"{path}.{key}" if path else key)
    elif _lists(before, after) and path.rpartition(".")[2] not in ORDERED:
        yield from _entries(before or [], after or [], f"{path}.*")
    else:
        yield Leaf(path=path, before=before, after=after)


def is_intrinsic(value: Any) -> bool:
    """Whether ``value`` is known only at deployment."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref", "="))


def key_of(value: Any) -> str:
    """Return text that is equal for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def _plain(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and not is_intrinsic(value))


def _lists(before: Any, after: Any) -> bool:
    return all(value is None or isinstance(value, list) for value in (before, after))


def _entries(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Leaf]:
    known = [key_of(entry) for entry in after]
    old = []
    for entry in before:
        key = key_of(entry)
        if key in known:
            known.remove(key)
        else:
            old.append(entry)
    was = [key_of(entry) for entry in before]
    new = []
    for entry in after:
        key = key_of(entry)
        if key in was:
            was.remove(key)
        else:
            new.append(entry)
    for name in IDENTITIES:
        named = {key_of(entry[name]): entry for entry in old if isinstance(entry, Mapping) and name in entry}
        for entry in list(new):
            match = named.pop(key_of(entry[name]), None) if isinstance(entry, Mapping) and name in entry else None
            if match is not None:
                old.remove(match)
                new.remove(entry)
                yield from leaves(match, entry, path)
    if len(old) == len(new) == 1:
        yield from leaves(old[0], new[0], path)
        return
    yield from (Leaf(path=path, before=entry, after=None) for entry in old)
    yield from (Leaf(path=path, before=None, after=entry) for entry in new)
