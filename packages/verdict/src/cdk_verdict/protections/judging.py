"""Compares every resource of base and head, property by property."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_assembly import Assembly, Resource
from cdk_verdict import tables
from cdk_verdict.diffing import Leaf, leaves
from cdk_verdict.model import Kind, Observation, Outcome, shown
from cdk_verdict.pairs import Both, Pair, pairs
from cdk_verdict.protections.meanings import Judgment, Meaning, Row
from cdk_verdict.protections.rules import REMOVED, row_of, rows_of
from cdk_verdict.stateful import STATEFUL, STATELESS

NEUTRAL_ATTRIBUTES: Final = frozenset({"Type", "Properties", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"})
"""Judged elsewhere, or without an effect on what is protected."""
EXPOSING: Final = frozenset({Meaning.PRIVATE, Meaning.AUTHENTICATED})
"""Meanings that a new resource is judged by: it opens something that was not there."""


def protections(base: Assembly, head: Assembly) -> Iterator[Observation]:
    """Yield what head protects less than base."""
    for pair in pairs(base, head):
        if pair.after is not None:
            for each in pair.resources:
                yield from _Judge(pair=pair, each=each).observations()


@dataclass(frozen=True, kw_only=True)
class _Judge:
    pair: Pair
    each: Both

    def observations(self) -> Iterator[Observation]:
        before, after = self.each.before, self.each.after
        if before is None and after is not None:
            yield from self._added(after)
        elif before is not None and after is None:
            yield from self._removed(before)
        else:
            assert before is not None  # noqa: S101 - one of the two is always there
            assert after is not None  # noqa: S101 - and so is the other one here
            if before.type != after.type:
                yield from self._removed(before)
                yield from self._added(after)
            else:
                yield from self._changed(before, after)

    def _added(self, after: Resource) -> Iterator[Observation]:
        if not _is_known(after.type):
            yield self._unknown(f"{after.path} is a new {after.type}, a type that has no schema")
            return
        for row in rows_of(after.type).values():
            if row.meaning in EXPOSING and row.path != REMOVED:
                for value in _values(self.each.properties[1], row.path.split(".")):
                    if value is None:
                        continue  # what AWS takes for a value that nobody wrote is its own choice
                    outcome = row.judge(_strongest(row), value)
                    if outcome is Outcome.STOPPED:
                        yield self._weaker(row, outcome, None, value)

    def _removed(self, before: Resource) -> Iterator[Observation]:
        row = rows_of(before.type).get(REMOVED)
        if row is None or self._moved(before):
            return
        outcome = row.judge(before.logical_id, None)
        if outcome is not None:
            yield self._observe(
                Kind.PROTECTION,
                outcome,
                f"{before.path} ({before.type}) is removed, and what it protects is no longer {row.meaning}",
                "Keep the resource.",
                meaning=row.meaning,
                location=REMOVED,
                before=before.logical_id,
            )

    def _moved(self, before: Resource) -> bool:
        """Whether head has the same resource under another logical ID."""
        assert self.pair.after is not None  # noqa: S101 - only asked about stacks that remain
        assert self.pair.before is not None  # noqa: S101 - which had a resource
        old = self.pair.before.resources
        return any(
            each.type == before.type and each.properties == before.properties and id_ not in old
            for id_, each in self.pair.after.resources.items()
        )

    def _changed(self, before: Resource, after: Resource) -> Iterator[Observation]:
        yield from self._attributes(before, after)
        old, new = self.each.properties
        if old == new:
            return
        if not _is_known(after.type):
            yield self._unknown(f"{after.path} changes, and its type {after.type} has no schema")
            return
        whole: set[str] = set()
        for leaf in _apart(leaves(old, new), rows_of(after.type)):
            row = row_of(after.type, leaf.path)
            if row is None:
                yield self._unclassified(leaf)
            elif "*" in row.path or row.path == leaf.path:
                yield from self._judged(row, leaf.before, leaf.after, leaf.path)
            elif row.path not in whole:
                whole.add(row.path)
                was, is_ = (next(_values(side, row.path.split("."))) for side in (old, new))
                yield from self._judged(row, was, is_, row.path)

    def _judged(self, row: Row, before: Any, after: Any, path: str) -> Iterator[Observation]:
        outcome = row.judge(before, after)
        if outcome is not None:
            yield self._weaker(row, outcome, before, after, path=path)

    def _attributes(self, before: Resource, after: Resource) -> Iterator[Observation]:
        for name in dict.fromkeys([*before.body, *after.body]):
            if name in NEUTRAL_ATTRIBUTES or (name == "Condition" and before.type in STATEFUL):
                continue
            was, is_ = before.body.get(name), after.body.get(name)
            if name == "Metadata":
                was, is_ = _for_instances(was), _for_instances(is_)
            if was != is_:
                yield self._unclassified(Leaf(path=name, before=was, after=is_))

    def _weaker(self, row: Row, outcome: Judgment, before: Any, after: Any, *, path: str = "") -> Observation:
        assert outcome is not None  # noqa: S101 - the caller has looked
        where = path or row.path
        change = f"goes from {_brief(before)} to {_brief(after)}"
        less = "is less" if outcome is Outcome.STOPPED else "may be less"
        return self._observe(
            Kind.PROTECTION,
            outcome,
            f"{where} of {self.each.resource.path} {change}: it {less} {row.meaning}",
            f"Set {where} back, or sign the change off.",
            meaning=row.meaning,
            location=where,
            before=shown(before),
            after=shown(after),
        )

    def _unclassified(self, leaf: Leaf) -> Observation:
        return self._observe(
            Kind.UNKNOWN,
            Outcome.NEEDS_LOOK,
            f"{leaf.path} of {self.each.resource.path} goes from {_brief(leaf.before)} to {_brief(leaf.after)}, and "
            f"whether that protects less is not known",
            "Read the property's documentation, and sign the change off if it is harmless.",
            meaning="unclassified",
            location=leaf.path,
            before=shown(leaf.before),
            after=shown(leaf.after),
        )

    def _unknown(self, what: str) -> Observation:
        before, after = self.each.before, self.each.after
        return self._observe(
            Kind.UNKNOWN,
            Outcome.NEEDS_LOOK,
            f"{what}; what it does cannot be judged",
            "Read what the resource does, and sign the change off if it is harmless.",
            meaning="unclassified",
            before=shown(before.properties) if before else None,
            after=shown(after.properties) if after else None,
        )

    def _observe(
        self,
        kind: Kind,
        severity: Outcome,
        sentence: str,
        todo: str,
        *,
        meaning: str,
        location: str = "",
        before: str | None = None,
        after: str | None = None,
    ) -> Observation:
        return Observation(
            kind=kind,
            severity=severity,
            stage=self.pair.stack.stage,
            stack=self.pair.stack.path,
            subject=self.each.subject,
            sentence=f"{sentence}.",
            todo=todo,
            before=before,
            after=after,
            meaning=meaning,
            location=location,
        )


LONGEST: Final = 80
"""Characters of a value in a sentence; the observation has all of it."""


def _brief(value: Any) -> str:
    text = shown(value)
    if text is None:
        return "nothing"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_known(type_: str) -> bool:
    return tables.known(type_) or type_ in STATELESS


def _apart(found: Iterator[Leaf], rows: Mapping[str, Row]) -> Iterator[Leaf]:
    """Take apart entries of lists that are on one side alone, so that each part is judged, unless a row is for both."""
    for leaf in found:
        one_sided = leaf.before is None or leaf.after is None
        value = leaf.after if leaf.before is None else leaf.before
        if one_sided and isinstance(value, Mapping) and leaf.path not in rows:
            parts = list(leaves(leaf.before, leaf.after, leaf.path))
            yield from parts if parts != [leaf] else [leaf]
        else:
            yield leaf


def _values(value: Any, parts: list[str]) -> Iterator[Any]:
    """Every value at a path; None where a part is missing."""
    if not parts:
        yield value
    elif parts[0] == "*":
        for entry in value if isinstance(value, list) else ():
            yield from _values(entry, parts[1:])
    else:
        yield from _values(value.get(parts[0]) if isinstance(value, Mapping) else None, parts[1:])


def _strongest(row: Row) -> Any:
    """A value that protects as much as possible, to compare a new resource with."""
    name, _, argument = row.direction.partition(" ")
    if name == "order":
        first = argument.split(">")[0].split("~")[0]
        return None if first == "-" else first
    return {"on": True, "off": False}.get(name)


def _for_instances(metadata: Any) -> Any:
    """Metadata that means something to others than the CDK: instances read it (``cfn-init``)."""
    if not isinstance(metadata, Mapping):
        return metadata or {}
    return {key: value for key, value in metadata.items() if not key.startswith(("aws:", "cdk_nag", "cfn-lint"))}
