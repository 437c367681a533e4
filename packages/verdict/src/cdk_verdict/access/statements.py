"""Policy statements in a form that can be compared."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_assembly import Stack
from cdk_verdict.access.conditions import Condition, parse_condition
from cdk_verdict.access.principals import SELF, Principal, parse_principals
from cdk_verdict.access.text import Texts
from cdk_verdict.diffing import key_of

KNOWN: Final = frozenset(
    {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"}
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. Of each element and its negation one is given; ``not_…`` says which.

    Attributes:
        principals: Whom it is about; the holder alone for an identity policy.
        wild: Whether a part may hold wildcards that the template does not show.
    """

    allows: bool
    principals: frozenset[Principal]
    not_principals: bool
    actions: frozenset[str]
    not_actions: bool
    resources: frozenset[str]
    not_resources: bool
    condition: Condition
    wild: bool = False


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A statement, or a whole document, that this package cannot read: its canonical text."""

    text: str


Parsed = Statement | Unreadable


def parse_document(document: Any, *, texts: Texts, stack: Stack) -> tuple[Parsed, ...]:
    """Return the statements of ``document``, which may be an object, JSON text, or an expression that makes JSON."""
    read = document
    if not isinstance(document, Mapping) or "Statement" not in document:
        rendered = texts.render(document, stack)
        try:
            read = json.loads(rendered)
        except (ValueError, RecursionError):
            return (Unreadable(text=key_of(document)),)
    if not isinstance(read, Mapping):
        return (Unreadable(text=key_of(document)),)
    listed = read.get("Statement", [])
    entries: Iterable[Any] = listed if isinstance(listed, list) else [listed]
    return tuple(_parsed(entry, texts=texts, stack=stack) for entry in entries)


def _parsed(entry: Any, *, texts: Texts, stack: Stack) -> Parsed:
    unreadable = Unreadable(text=key_of(entry))
    if not isinstance(entry, Mapping) or not KNOWN.issuperset(entry) or entry.get("Effect") not in {"Allow", "Deny"}:
        return unreadable

    def render(value: Any) -> str:
        return texts.render(value, stack)

    condition = parse_condition(entry.get("Condition"), render)
    sides = [_side(entry, name) for name in ("Action", "Resource", "Principal")]
    if condition is None or None in sides:
        return unreadable
    (actions, not_actions), (resources, not_resources), (who, not_who) = (side for side in sides if side)
    principals = frozenset({SELF}) if who is None else parse_principals(who, render)
    if principals is None or actions is None:
        return unreadable
    parts = {
        "actions": frozenset(render(each).lower() for each in _listed(actions)),
        # A resource policy without Resource is about its own resource (trust policies have none).
        "resources": frozenset(render(each) for each in _listed("*" if resources is None else resources)),
    }
    wild = any(map(texts.is_wild, (*parts["actions"], *parts["resources"], *(each.name for each in principals))))
    return Statement(
        allows=entry["Effect"] == "Allow",
        principals=principals,
        not_principals=not_who,
        not_actions=not_actions,
        not_resources=not_resources,
        condition=condition,
        wild=wild or any(texts.is_wild(value) for atom in condition for value in atom.values),
        **parts,
    )


def _side(entry: Mapping[str, Any], name: str) -> tuple[Any, bool] | None:
    """The element ``name`` or its negation, and which; None if both are there."""
    if name in entry and f"Not{name}" in entry:
        return None
    return (entry[f"Not{name}"], True) if f"Not{name}" in entry else (entry.get(name), False)


def _listed(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, list) else [value]
