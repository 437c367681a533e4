"""Decides which stack and which resource of base is which of head."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cdk_assembly import Assembly, Resource, Stack
from cdk_verdict.diffing import key_of
from cdk_verdict.model import Subject


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A stack in base and head; None where there is none."""

    before: Stack | None
    after: Stack | None

    @property
    def stack(self) -> Stack:
        """The stack in head; in base if it is only there."""
        stack = self.after or self.before
        assert stack is not None  # noqa: S101 - one of the two is always there
        return stack

    @property
    def moved(self) -> bool:
        """Whether head deploys another CloudFormation stack than base did."""
        return self.before is not None and self.after is not None and identity(self.before) != identity(self.after)

    @cached_property
    def resources(self) -> "tuple[Both, ...]":
        """The resources by logical ID, those of head first."""
        old = self.before.resources if self.before else {}
        new = self.after.resources if self.after else {}
        changed = _changed_definitions(self.before, self.after)
        return tuple(
            Both(pair=self, before=old.get(id_), after=new.get(id_), changed=changed)
            for id_ in dict.fromkeys([*new, *old])
        )


@dataclass(frozen=True, kw_only=True)
class Both:
    """A resource in base and head; None where there is none.

    ``changed`` holds the definitions of parameters, mappings, and conditions that differ, for base and head, so that a
    value that refers to one differs as well.
    """

    pair: Pair
    before: Resource | None
    after: Resource | None
    changed: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})

    @property
    def resource(self) -> Resource:
        """The resource in head; in base if it is only there."""
        resource = self.after or self.before
        assert resource is not None  # noqa: S101 - one of the two is always there
        return resource

    @property
    def subject(self) -> Subject:
        """How an observation names it."""
        found = self.resource
        return Subject(type=found.type, logical_id=found.logical_id, path=found.path)

    @cached_property
    def properties(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The properties in base and head, with every changed definition in the place of its reference."""
        old = self.before.properties if self.before else {}
        new = self.after.properties if self.after else {}
        if not any(self.changed):
            return old, new
        return _defined(old, self.changed[0]), _defined(new, self.changed[1])


def pairs(base: Assembly, head: Assembly) -> tuple[Pair, ...]:
    """Pair the stacks: by construct path, then by what CloudFormation knows them as; head's order, then base's."""
    left = {path: stack for path, stack in base.stacks.items() if path not in head.stacks}
    by_identity = {identity(stack): path for path, stack in left.items()}
    found = []
    for path, stack in head.stacks.items():
        before = base.stacks.get(path)
        if before is None:
            before = left.pop(by_identity.get(identity(stack), ""), None)
        found.append(Pair(before=before, after=stack))
    return (*_alike(found, left), *(Pair(before=stack, after=None) for stack in left.values()))


def identity(stack: Stack) -> tuple[str, str, str]:
    """What CloudFormation knows a stack by: account, Region, and name. A nested stack belongs to its parent."""
    name = stack.name if stack.parent is None else f"{stack.parent}/{stack.name}"
    return stack.account, stack.region, name


def _alike(found: list[Pair], left: dict[str, Stack]) -> Iterator[Pair]:
    """Pair what is left by the logical IDs that both have: a stage or stack that was renamed."""
    for pair in found:
        if pair.before is None and pair.after is not None:
            new = set(pair.after.resources)
            shared = {path: len(new & set(stack.resources)) for path, stack in left.items()}
            path = max(shared, key=lambda each: shared[each], default="")
            if path and shared[path] * 2 > max(len(new), len(left[path].resources)):
                yield Pair(before=left.pop(path), after=pair.after)
                continue
        yield pair


def _changed_definitions(before: Stack | None, after: Stack | None) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    if before is None or after is None:
        return {}, {}
    old, new = _definitions(before.template), _definitions(after.template)
    differing = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    was, is_ = {name: old.get(name) for name in differing}, {name: new.get(name) for name in differing}
    for name in differing:  # grows while it is read: what uses a changed definition has changed
        bare = f'"{name.partition(" ")[2]}"'
        for user in sorted({*old, *new} - {*differing}):
            if bare in key_of(old.get(user)):
                differing.append(user)
                was[user], is_[user] = [old.get(user), was[name]], [new.get(user), is_[name]]
    return was, is_


def _definitions(template: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for section in ("Parameters", "Mappings", "Conditions"):
        entries = template.get(section)
        if isinstance(entries, Mapping):
            found.update({f"{section} {name}": entry for name, entry in entries.items()})
    return found


def _defined(value: Any, changed: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_defined(entry, changed) for entry in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        (function, argument), *_ = value.items()
        first = argument[0] if isinstance(argument, list) and argument else argument
        name = {"Ref": "Parameters", "Fn::If": "Conditions", "Condition": "Conditions", "Fn::FindInMap": "Mappings"}
        found = f"{name.get(function)} {first}"
        if found in changed:
            return {"=": [value, changed[found]]}
    return {key: _defined(entry, changed) for key, entry in value.items()}
