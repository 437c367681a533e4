"""On what a resource of a template will meet a policy, as far as that is known before it is made.

The service authorization reference, of which cfn-lint carries a copy, says on which kinds of resources an action is
authorised, and how their ARNs look. The name in them is the template's own, or begins with the stack's name where
CloudFormation makes it up; ids that a service makes up are open. So a target is a pattern, and a policy that has no
resource in common with any target of an action would certainly not let it through.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cdk_rehearsal.registry import PROPERTIES, authorisation, schema

OPEN = "*"
ARN_PARTS = 5
RANDOM = "X" * 12
"""Stands for what CloudFormation adds to a name that it makes up, to make it unique."""
SHORTEST_LIMIT = 63
"""Characters of a bucket's name, the shortest of all: a longer made-up name may be cut where nobody says."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a stack is deployed."""

    stack: str
    account: str
    region: str


def targets(action: str, *, kind: str, logical_id: str, properties: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    """Return ARN patterns of what ``action`` can meet for a resource of ``kind``; none where that is not known."""
    called = names(kind, properties, stack=place.stack, logical_id=logical_id)
    found = []
    for form in formats(action):
        placed = form.replace("${Region}", place.region).replace("${Account}", place.account)
        anywhere = placed.replace("${Partition}", OPEN)
        found += [anywhere.replace(".*", name, 1).replace(".*", OPEN) for name in called]
    return tuple(dict.fromkeys(found))


def names(kind: str, properties: Mapping[str, Any], *, stack: str, logical_id: str) -> tuple[str, ...]:
    """Return patterns of the name that a resource of ``kind`` in ``stack`` has or gets.

    CloudFormation makes names up from the stack's and the logical id ("Name type", CloudFormation User Guide), in
    lower case where a service asks for that.
    """
    identifiers = [each.removeprefix(PROPERTIES) for each in schema(kind).get("primaryIdentifier", [])]
    chosen_by_service = {each.removeprefix(PROPERTIES) for each in schema(kind).get("readOnlyProperties", [])}
    if len(identifiers) != 1 or identifiers[0] in chosen_by_service:
        return (OPEN,)
    given = properties.get(identifiers[0])
    if given is not None:
        # An ARN stands for something else that this is a part of, such as a web ACL for its logging.
        return (f"{given}*",) if isinstance(given, str) and not given.startswith("arn:") else (OPEN,)
    made_up = f"{stack}-{logical_id}-{RANDOM}"
    made_up = made_up if len(made_up) <= SHORTEST_LIMIT else f"{stack}-{OPEN}"
    return made_up, made_up.lower()


@cache
def formats(action: str) -> tuple[str, ...]:
    """Return the ARN formats of what an action is authorised on; none where the reference does not say."""
    service, _, verb = action.lower().partition(":")
    found = authorisation().get(service, {"Actions": {}, "Resources": {}})
    kinds = found["Actions"].get(verb, {}).get("Resources", [])
    described = [found["Resources"].get(kind.lower(), {}).get("ARNFormats", []) for kind in kinds]
    return tuple(form for each in described for form in each) if all(described) else ()


@cache
def overlap(one: str, other: str) -> bool:
    """Whether an ARN can match both patterns, which are an ARN's or a lone star."""
    parts = [pattern.split(":", ARN_PARTS) for pattern in (one, other)]
    if OPEN in (one, other):
        return True
    return len(parts[0]) == len(parts[1]) and all(_meet(*pair) for pair in zip(*parts, strict=True))


def _meet(one: str, other: str) -> bool:
    """Whether a text can match both patterns of stars, question marks and letters."""
    reached = {(0, 0)}
    for position in ((i, j) for i in range(len(one) + 1) for j in range(len(other) + 1)):
        if position in reached:
            reached |= _next(one, other, *position)
    return (len(one), len(other)) in reached


def _next(one: str, other: str, i: int, j: int) -> set[tuple[int, int]]:
    found = set()
    left, right = one[i : i + 1], other[j : j + 1]
    if left == OPEN:
        found |= {(i + 1, j)} | ({(i, j + 1)} if right else set())
    if right == OPEN:
        found |= {(i, j + 1)} | ({(i + 1, j)} if left else set())
    if left and right and (left == right or "?" in (left, right)):
        found |= {(i + 1, j + 1)}
    return found
