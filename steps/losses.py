"""What a change set would take away: resources with data that it removes or replaces, or might."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from compliance.stateful import STATEFUL

UNCHANGING: Final = frozenset({"Arn", "GroupId", "Id", "KeyId"})
"""Attributes that a resource keeps for as long as it is not replaced.

CloudFormation announces a replacement as possible wherever a property that can't change refers to a resource that is
updated in place, whatever changes there ("ResourceChangeDetail", CloudFormation API Reference: an evaluation is Dynamic
where a value is known only later)."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A resource with data that would be lost or left behind; ``what`` says so, with the properties that are why."""

    logical_id: str
    type: str
    physical_id: str
    what: str


def losses(changes: Iterable[Mapping[str, Any]], *, stateful: Collection[str] = STATEFUL) -> tuple[Loss, ...]:
    """Return what ``changes`` of DescribeChangeSet would take away of the resource types ``stateful``."""
    found = {change["LogicalResourceId"]: change for change in (each["ResourceChange"] for each in changes)}
    return tuple(
        Loss(
            logical_id=id_,
            type=change["ResourceType"],
            physical_id=change.get("PhysicalResourceId", ""),
            what=what,
        )
        for id_, change in found.items()
        if change["ResourceType"] in stateful and (what := _what(id_, found))
    )


def _what(id_: str, changes: Mapping[str, Mapping[str, Any]]) -> str | None:
    change = changes[id_]
    match change["Action"], change.get("Replacement"):
        case "Remove", _:
            return "would leave the stack"
        case "Dynamic", _:
            return "would change in a way that CloudFormation can't tell before"
        case "Modify", "True":
            return f"would be replaced by a new, empty one{_because(change)}"
        case "Modify", "Conditional" if not _stays(id_, changes):
            return f"might be replaced by a new, empty one{_because(change)}"
    return None


def _stays(id_: str, changes: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a resource keeps its identity: nothing but the unchanging names of others that stay could replace it."""
    change = changes.get(id_, {})
    if change.get("Action") != "Modify" or change.get("Replacement") == "True":
        return False
    causes = _recreating(change)
    if change.get("Replacement") == "Conditional" and not causes:
        return False  # Nothing says why, so that nothing says that it stays.
    return all(_refers_to_what_stays(detail, changes) for detail in causes)


def _refers_to_what_stays(detail: Mapping[str, Any], changes: Mapping[str, Mapping[str, Any]]) -> bool:
    if detail.get("ChangeSource") not in {"ResourceReference", "ResourceAttribute"}:
        return False
    cause, _, attribute = detail.get("CausingEntity", "").partition(".")
    return (not attribute or attribute in UNCHANGING) and _stays(cause, changes)


def _recreating(change: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in change.get("Details", []) if each["Target"].get("RequiresRecreation", "Never") != "Never"]


def _because(change: Mapping[str, Any]) -> str:
    names = sorted({each["Target"].get("Name", each["Target"]["Attribute"]) for each in _recreating(change)})
    return f" because of {', '.join(names)}" if names else ""
