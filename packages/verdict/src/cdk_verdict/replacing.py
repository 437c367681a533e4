"""Which resources of a stack an update replaces, as far as templates tell."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_verdict import tables
from cdk_verdict.diffing import leaves
from cdk_verdict.pairs import Both, Pair


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """That a resource is replaced, or perhaps; ``because`` names the properties, or the resource that it follows."""

    certain: bool
    because: tuple[str, ...]


def replacements(pair: Pair) -> Mapping[str, Replacement]:
    """Return the replacements in ``pair`` by logical ID.

    A resource whose create-only property refers to a replaced resource is perhaps replaced as well: the new value is
    known only at deployment.
    """
    both = {each.resource.logical_id: each for each in pair.resources if each.before and each.after}
    found = {id_: replaced for id_, each in both.items() if (replaced := _own(each)) is not None}
    waiting = list(found)
    users = _users(both)
    while waiting:
        cause = waiting.pop()
        for user, names in users.get(cause, {}).items():
            if user in found or not tables.known(both[user].resource.type):
                continue
            surely, perhaps = tables.replacing(both[user].resource.type, names)
            if surely or perhaps:
                found[user] = Replacement(certain=False, because=(*surely, *perhaps, f"{cause}, which is replaced"))
                waiting.append(user)
    return found


def _own(each: Both) -> Replacement | None:
    assert each.before is not None  # noqa: S101 - the caller has looked
    assert each.after is not None  # noqa: S101 - likewise
    if each.before.type != each.after.type:
        return Replacement(certain=True, because=("Type",))
    old, new = each.properties
    if old == new:
        return None
    paths = [leaf.path.partition(".*")[0] for leaf in leaves(old, new)]
    if not tables.known(each.after.type):
        named = tuple(dict.fromkeys(path.partition(".")[0] for path in paths))
        return Replacement(certain=False, because=named) if each.after.type.startswith(CUSTOM) else None
    surely, perhaps = tables.replacing(each.after.type, paths)
    if surely:
        return Replacement(certain=True, because=surely)
    return Replacement(certain=False, because=perhaps) if perhaps else None


CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
"""Types whose provider decides: another physical ID in its answer replaces the resource."""


def _users(both: Mapping[str, Both]) -> Mapping[str, Mapping[str, list[str]]]:
    """For each resource, which resources refer to it in head, and in which top-level properties."""
    users: dict[str, dict[str, list[str]]] = {}
    for id_, each in both.items():
        for name, value in each.properties[1].items():
            for target in _targets(value):
                users.setdefault(target, {}).setdefault(id_, []).append(name)
    return users


def _targets(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _targets(entry)
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            if key == "Ref" and isinstance(entry, str):
                yield entry
            elif key == "Fn::GetAtt":
                yield str(entry[0] if isinstance(entry, list) and entry else entry).partition(".")[0]
            else:
                yield from _targets(entry)
