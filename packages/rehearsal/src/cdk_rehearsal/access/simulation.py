"""Holds execution policies against templates before anything is deployed.

By action, and by resource as far as its name is known (:mod:`cdk_rehearsal.access.targets`). Conditions count as met,
except which service gets a role. So what is refused here would certainly be refused by AWS, and not the other way
round.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from cdk_rehearsal.access.decisive import decisive_actions, passed_role, tagging_actions
from cdk_rehearsal.access.targets import Place, overlap, targets

DOING = {"create": "to be created", "update": "to be updated", "delete": "to be deleted"}
PASS_ROLE = ("iam:PassRole",)

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Need:
    """One permission that a resource asks for: at least one of ``actions``; ``service`` gets the role, if any."""

    actions: Sequence[str]
    why: str
    service: str = ""


def needs(resource: Mapping[str, Any]) -> Iterator[Need]:
    """Yield what one resource of a template needs to be created, updated, deleted and tagged."""
    kind, properties = resource["Type"], resource.get("Properties", {})
    for verb, why in DOING.items():
        yield Need(actions=decisive_actions(kind, verb), why=why)
    if properties.get("Tags"):
        yield Need(actions=tagging_actions(kind), why="to be tagged")
    handed, service = passed_role(kind, properties)
    if handed:
        yield Need(actions=PASS_ROLE, why=f"to hand a role to {service}", service=service)


def refusals(place: Place, template: Mapping[str, Any], policies: Mapping[str, Document]) -> list[str]:
    """Return a line for each permission that no policy gives to what ``template`` holds; none if all is well.

    It is deployed to ``place``. ``policies`` are those that CloudFormation works under in the stack's account, by the
    name that a reader knows.
    """
    statements = [statement for document in policies.values() for statement in _list(document["Statement"])]
    missing: dict[tuple[str, Need, tuple[str, ...]], list[str]] = {}
    for logical_id, resource in sorted(template.get("Resources", {}).items()):
        path = resource.get("Metadata", {}).get("aws:cdk:path", logical_id)
        for need in needs(resource):
            met = {action: _targets(action, need, logical_id, resource, place) for action in need.actions}
            if met and not any(_permits(statements, action, need.service, on) for action, on in met.items()):
                elsewhere = any(_permits(statements, action, need.service, ()) for action in need.actions)
                on = tuple(sorted({each for found in met.values() for each in found})) if elsewhere else ()
                missing.setdefault((resource["Type"], need, on), []).append(path)
    return [_line(place.stack, kind, need, on, paths, policies) for (kind, need, on), paths in missing.items()]


def _targets(action: str, need: Need, logical_id: str, resource: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    if need.service:
        return ()  # the role that is handed on is another resource
    properties = resource.get("Properties", {})
    return targets(action, kind=resource["Type"], logical_id=logical_id, properties=properties, place=place)


def _line(
    stack: str, kind: str, need: Need, on: Sequence[str], paths: list[str], policies: Mapping[str, Document]
) -> str:
    more = f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
    wanted = " or ".join(need.actions) + (f" on {' or '.join(on)}" if on else "")
    where = " or ".join(policies) or "no policy"
    return f"{stack}: {paths[0]}{more}, {kind}, needs {wanted} {need.why}; allow it in {where}"


def _permits(statements: Sequence[Mapping[str, Any]], action: str, service: str, on: Sequence[str]) -> bool:
    about = [statement for statement in statements if _names(statement, action)]
    if any(each["Effect"] == "Deny" and each.get("Resource") == "*" and "Condition" not in each for each in about):
        return False
    return any(each["Effect"] == "Allow" and _serves(each, service) and _reaches(each, on) for each in about)


def _reaches(statement: Mapping[str, Any], on: Sequence[str]) -> bool:
    reached = _list(statement.get("Resource", "*"))
    return not on or any(overlap(pattern, target) for pattern in reached for target in on)


def _names(statement: Mapping[str, Any], action: str) -> bool:
    if "NotAction" in statement:
        return not _matches(action, statement["NotAction"])
    return _matches(action, statement["Action"])


def _matches(action: str, patterns: str | list[str]) -> bool:
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _list(patterns))


def _serves(statement: Mapping[str, Any], service: str) -> bool:
    named = statement.get("Condition", {}).get("StringEquals", {}).get("iam:PassedToService")
    return not service or named is None or service in _list(named)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
