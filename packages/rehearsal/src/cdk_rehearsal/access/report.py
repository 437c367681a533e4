"""Holds what roles may do against what they did in a run.

A grant that a run did not use may still be needed: by an update, a deletion or a failure that the run did not have, or
by what AWS asks inside a service. So all that a type's handlers list counts as used by the role under which
CloudFormation made, changed or deleted one.
"""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from cdk_rehearsal.access.decisive import listed_actions
from cdk_rehearsal.access.records import ALLOWED, FORBIDDEN, Record

VERSION = 1
ANY = "*"
WHOLE = ":*"

Json = dict[str, Any]
Document = Mapping[str, Any]
Granted = Mapping[str, Mapping[str, Document]]
"""Policy documents by their name, by the ARN of the role."""


def compare(granted: Granted, asked: Iterable[Record], *, left_out: int) -> Json:
    """Return what each principal used, was granted and did not use, and was denied, as sorted JSON values.

    ``left_out`` counts the questions that were not recorded; with any, what looks unused may have been used.
    """
    by_principal: dict[str, list[Record]] = {role: [] for role in granted}
    for record in sorted(asked):
        by_principal.setdefault(record.question.principal, []).append(record)
    principals = [_principal(name, granted.get(name, {}), records) for name, records in sorted(by_principal.items())]
    return {"version": VERSION, "left_out": left_out, "principals": principals}


def _principal(name: str, policies: Mapping[str, Document], records: Sequence[Record]) -> Json:
    allowed = [record for record in records if record.question.outcome == ALLOWED]
    uses = sorted({use for record in allowed for use in _uses(record)})
    statements = [
        (policy, statement)
        for policy, document in sorted(policies.items())
        for statement in _list(document["Statement"])
        if statement["Effect"] == "Allow"
    ]
    return {
        "principal": name,
        "used": [_used(record, statements) for record in allowed],
        "unused": [found for policy, statement in statements for found in _unused(policy, statement, uses)],
        "denied": [_denied(record) for record in records if record.question.outcome != ALLOWED],
    }


def _uses(record: Record) -> list[tuple[str, str]]:
    """Return the pairs of action and resource that a record stands for."""
    asked = record.question
    if not _is_type(asked.resource):
        return [(asked.action, asked.resource)]
    return [(action, ANY) for action in {asked.action, *listed_actions(asked.resource)}]


def _is_type(resource: str) -> bool:
    return "::" in resource and not resource.startswith("arn:")


def _used(record: Record, statements: Sequence[tuple[str, Document]]) -> Json:
    asked = record.question
    resource = ANY if _is_type(asked.resource) else asked.resource
    granting = {policy for policy, statement in statements if _covers(statement, asked.action, resource)}
    return {
        "action": asked.action,
        "resource": asked.resource,
        "count": record.count,
        "granted_by": sorted(granting),
    }


def _denied(record: Record) -> Json:
    asked = record.question
    resource = ANY if _is_type(asked.resource) else asked.resource
    # No statement helps where another denies.
    statement = {"Effect": "Allow", "Action": asked.action, "Resource": resource}
    return {
        "action": asked.action,
        "resource": asked.resource,
        "count": record.count,
        "outcome": asked.outcome,
        "statement": None if asked.outcome == FORBIDDEN else statement,
    }


def _unused(policy: str, statement: Document, uses: Sequence[tuple[str, str]]) -> Iterable[Json]:
    met = [use for use in uses if _covers(statement, *use)]
    # NotAction grants everything else, as a star does.
    patterns = [ANY] if "NotAction" in statement else _list(statement["Action"])
    used = sorted({said for action, _ in met for said in _concrete(action, patterns)})
    idle = [pattern for pattern in patterns if not any(_matches(action, pattern) for action in used)]
    resources = _list(statement.get("Resource", []))
    needed = [pattern for pattern in resources if any(_reaches(pattern, resource) for _, resource in met)]
    if idle or len(needed) < len(resources) or any(ANY in pattern for pattern in patterns):
        narrower = {key: value for key, value in statement.items() if key != "NotAction"} | {"Action": used}
        if resources:
            narrower["Resource"] = needed
        yield {
            "policy": policy,
            "statement": dict(statement),
            "unused_actions": idle,
            "unused_resources": [pattern for pattern in resources if pattern not in needed],
            "narrower": narrower if used else None,
        }


def _covers(statement: Document, action: str, resource: str) -> bool:
    if "NotAction" in statement:
        named = not any(_matches(action, pattern) for pattern in _list(statement["NotAction"]))
    else:
        named = any(_matches(action, pattern) for pattern in _list(statement["Action"]))
    if "NotResource" in statement:
        return named and (resource == ANY or not any(_reaches(p, resource) for p in _list(statement["NotResource"])))
    return named and any(_reaches(pattern, resource) for pattern in _list(statement["Resource"]))


def _concrete(action: str, patterns: Sequence[str]) -> list[str]:
    # Of a service of which all may have been needed, the statement's own words stay.
    within = [pattern for pattern in patterns if pattern != ANY and _matches(action, pattern)]
    return within if action.endswith(WHOLE) and within else [action]


def _matches(action: str, pattern: str) -> bool:
    if action.endswith(WHOLE) and pattern.lower().startswith(action.removesuffix(ANY)):
        return True
    return fnmatchcase(action.lower(), pattern.lower())


def _reaches(pattern: str, resource: str) -> bool:
    # Which resource an action met is not always known; then every pattern may have been needed.
    return resource == ANY or fnmatchcase(resource, pattern)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
