"""Which resources of a stage are added, changed, replaced and removed, and what is lost with them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby, islice
from typing import Any, Final

from cdk_review.comparing.engine import Comparison, Difference, Impact, ResourceDifference
from cdk_review.comparing.pairs import Pair
from cdk_review.comparing.values import leaves, shown
from cdk_review.model.deployment import Change, Other, Property, Resource, Stage
from cdk_review.reading.model import path_of

CHANGES: Final[Mapping[Impact, Change]] = {
    "WILL_CREATE": "added",
    "WILL_IMPORT": "added",
    "WILL_UPDATE": "changed",
    # The engine's schemas do not know the property, yet it differs.
    "NO_CHANGE": "changed",
    "WILL_REPLACE": "replaced",
    "MAY_REPLACE": "perhaps replaced",
    "WILL_DESTROY": "removed",
    "WILL_ORPHAN": "left behind",
}
REPLACING: Final = frozenset({"WILL_REPLACE", "MAY_REPLACE"})
DESTRUCTIVE: Final[frozenset[Change]] = frozenset({"replaced", "perhaps replaced", "removed", "left behind"})
RETAINING: Final = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})
POLICIES: Final = ("DeletionPolicy", "UpdateReplacePolicy")
MOST_PARTS: Final = 8

Named = Callable[[Any], Any]


def compare_stages(found: Iterable[Pair], comparison: Comparison, *, named: Named) -> tuple[Stage, ...]:
    """The stages with a difference, in the order of their stacks.

    ``named`` writes the names of assets for their hashes.
    """
    stages = []
    for address, group in _by_stage(found):
        retains = any(_retains(pair, comparison.stateful) for pair in group)
        resources: list[Resource] = []
        others: list[Other] = []
        for pair in group:
            difference = comparison.differences.get(pair.stack.address)
            if difference is not None:
                resources += _resources(pair, difference, stateful=comparison.stateful, retains=retains, named=named)
                others += _others(pair, difference)
        if resources or others:
            stages.append(
                Stage(
                    address=address,
                    environments=tuple(dict.fromkeys(stack.environment for pair in group for stack in pair.both)),
                    retains=retains,
                    resources=tuple(resources),
                    others=tuple(others),
                )
            )
    return tuple(stages)


def _by_stage(found: Iterable[Pair]) -> Iterator[tuple[str, list[Pair]]]:
    ordered = list(found)
    places = {address: place for place, address in reversed(list(enumerate(pair.stack.stage for pair in ordered)))}
    ordered.sort(key=lambda pair: places[pair.stack.stage])
    for stage, group in groupby(ordered, key=lambda pair: pair.stack.stage):
        yield stage, list(group)


def _retains(pair: Pair, stateful: Collection[str]) -> bool:
    """Whether a stateful resource of the stack outlives it, before or after: dropping that is a change of its own."""
    return any(
        resource["Type"] in stateful and resource.get("DeletionPolicy") in RETAINING
        for stack in pair.both
        for resource in stack.resources.values()
    )


def _resources(
    pair: Pair, difference: Difference, *, stateful: Collection[str], retains: bool, named: Named
) -> Iterator[Resource]:
    for id_, change in difference.resources.items():
        before, after = (template.get("Resources", {}).get(id_) for template in pair.templates)
        properties = tuple(_properties(change, before or {}, after or {}, named=named))
        if before is not None and after is not None and not properties:
            continue
        kind = CHANGES[change.impact]
        type_ = change.after or change.before or ""
        holds = bool({change.before, change.after} & set(stateful))
        yield Resource(
            stack=pair.stack.address,
            path=path_of(after or before, stack=pair.stack, logical_id=id_),
            logical_id=id_,
            type=type_,
            change=kind,
            stateful=holds,
            destructive=holds and retains and (kind in DESTRUCTIVE or _released(before, after)),
            properties=properties,
        )


def _properties(
    change: ResourceDifference, before: Mapping[str, Any], after: Mapping[str, Any], *, named: Named
) -> Iterator[Property]:
    old, new = before.get("Properties", {}), after.get("Properties", {})
    for name, impact in change.properties.items():
        yield from _parts(name, named(old.get(name)), named(new.get(name)), replaces=impact in REPLACING)
    for name in change.attributes:
        if name == "Metadata" and _for_tools(before.get(name)) == _for_tools(after.get(name)):
            continue
        yield from _parts(name, before.get(name), after.get(name))
    if change.before and change.after and change.before != change.after:
        yield Property(name="Type", before=change.before, after=change.after, replaces=True)


def _parts(name: str, before: Any, after: Any, *, replaces: bool = False) -> Iterator[Property]:
    """The parts of a property that differ; the property whole where they are many, or are one by order alone."""
    found = [(part, shown(was), shown(is_)) for part, was, is_ in islice(leaves(before, after, name), MOST_PARTS + 1)]
    if not 0 < len(found) <= MOST_PARTS:
        found = [(name, shown(before), shown(after))]
    yield from (Property(name=part, before=was, after=is_, replaces=replaces) for part, was, is_ in found)


def _for_tools(metadata: Any) -> Any:
    """Metadata that means something to others than the CDK."""
    if not isinstance(metadata, dict):
        return metadata or {}
    return {key: value for key, value in metadata.items() if not key.startswith("aws:")}


def _released(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> bool:
    """Whether a resource that was kept no longer is: the next removal would take its data without being asked."""
    if before is None or after is None:
        return False
    return any(before.get(policy) in RETAINING and after.get(policy) not in RETAINING for policy in POLICIES)


def _others(pair: Pair, difference: Difference) -> Iterator[Other]:
    for other in difference.others:
        yield Other(stack=pair.stack.address, section=other.section, name=other.name, change=other.kind)
