"""What a CloudFormation change set does to resources that hold data, from DescribeChangeSet's ``Changes``."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_verdict.errors import VerdictError
from cdk_verdict.model import Kind, Observation, Outcome, Subject
from cdk_verdict.stateful import STATEFUL

UNCHANGING: Final = frozenset({"Arn", "GroupId", "Id", "KeyId"})
"""Attributes that a resource keeps as long as it is not replaced.

CloudFormation reports a replacement as possible wherever a create-only property refers to a resource that is updated
in place, whatever changes there ("ResourceChangeDetail", CloudFormation API Reference: an evaluation is Dynamic where a
value is known only later)."""


@dataclass(frozen=True, kw_only=True)
class Loss:
    """A resource with data that a change set deletes, orphans, or replaces; ``what`` says so, and why."""

    logical_id: str
    type: str
    physical_id: str
    what: str

    def observation(self, *, stage: str, stack: str, path: str | None = None) -> Observation:
        """Return the loss as part of a verdict; ``path`` is the resource's construct path, if that is known."""
        subject = Subject(type=self.type, logical_id=self.logical_id, path=path or f"{stack}/{self.logical_id}")
        return Observation(
            kind=Kind.LOSS,
            severity=Outcome.STOPPED,
            stage=stage,
            stack=stack,
            subject=subject,
            sentence=f"{subject.path} ({self.type} {self.physical_id}) {self.what}.",
            todo="Revert the change, or move the data first and sign the change off.",
            before=self.physical_id,
            meaning="data",
            location=self.what,
        )


def change_set_losses(
    changes: Iterable[Mapping[str, Any]], *, stateful: Collection[str] = STATEFUL
) -> tuple[Loss, ...]:
    """Return what ``changes`` of DescribeChangeSet lose of the resource types ``stateful``.

    Raises :class:`VerdictError` if they do not have the form that CloudFormation documents.
    """
    try:
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
    except (KeyError, TypeError, AttributeError) as error:
        raise VerdictError(f"change set: not what DescribeChangeSet returns ({error!r}); describe it again") from None


def _what(id_: str, changes: Mapping[str, Mapping[str, Any]]) -> str | None:
    change = changes[id_]
    match change["Action"], change.get("Replacement"):
        case "Add" | "Import", _:
            return None
        case "Remove", _:
            return "would leave the stack"
        case "Modify", "True":
            return f"would be replaced by a new, empty one{_because(change)}"
        case "Modify", "Conditional":
            return None if _stays(id_, changes) else f"might be replaced by a new, empty one{_because(change)}"
        case "Modify", "False" | "" | None:
            return None
    return "would change in a way that CloudFormation cannot tell beforehand"


def _stays(id_: str, changes: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a resource keeps its identity: only unchanging attributes of resources that stay could replace it."""
    change = changes.get(id_, {})
    if change.get("Action") != "Modify" or change.get("Replacement") == "True":
        return False
    causes = _recreating(change)
    if change.get("Replacement") == "Conditional" and not causes:
        return False  # Nothing says why, so nothing says that it stays.
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
