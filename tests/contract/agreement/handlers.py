"""What CloudFormation's handlers of a type call, and on which ARN AWS judges each call."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import cfnlint

DATA = Path(cfnlint.__file__).parent / "data"
VERBS = ("create", "read", "update", "delete")
BARE = {"logs:TagResource", "logs:UntagResource", "logs:ListTagsForResource"}
"""Actions for which CloudWatch Logs takes the ARN of a log group without ``:*`` (LogGroup, CloudWatch Logs API
Reference)."""


@cache
def schema(kind: str) -> dict[str, Any] | None:
    """Return the type's schema in the CloudFormation registry, of which cfn-lint carries a copy."""
    registry = json.loads((DATA / "schemas" / "providers" / "us-east-1.json").read_text())
    if kind not in registry:
        return None
    found: dict[str, Any] = json.loads((DATA / "schemas" / "resources" / f"{registry[kind]}.json").read_text())
    return found


@cache
def calls(kind: str) -> frozenset[str]:
    """Return every action of the type's handlers and of its tagging that IAM knows."""
    found = schema(kind) or {}
    doing = [found.get("handlers", {}).get(verb, {}) for verb in VERBS]
    listed = {action for each in (*doing, found.get("tagging", {})) for action in each.get("permissions", [])}
    return frozenset(action for action in listed if _known(action) is not None)


def judged_on(action: str, arns: tuple[str, ...]) -> Iterator[str]:
    """Yield what AWS judges ``action`` on, of a resource with ``arns``; nothing where it is on another resource.

    An action without resource types is judged on ``*`` ("Actions table", Service Authorization Reference).
    """
    known = _known(action) or {}
    kinds = known.get("Resources", [])
    if not kinds:
        yield "*"
        return
    formats = [form for kind in kinds for form in _formats(action.partition(":")[0], kind)]
    fitting = [arn for arn in arns if any(re.fullmatch(form, arn) for form in formats)]
    bare = action in BARE
    yield from (arn for arn in fitting if not (bare and arn.endswith(":*")))


def _known(action: str) -> dict[str, Any] | None:
    service, _, name = action.lower().partition(":")
    found: dict[str, Any] | None = _services().get(service, {}).get("Actions", {}).get(name)
    return found


def _formats(service: str, kind: str) -> list[str]:
    forms = _services()[service]["Resources"].get(kind.rstrip("*"), {}).get("ARNFormats", [])
    return [re.sub(r"\$\{[^}]+}", "[^:/]*", form) for form in forms]


@cache
def _services() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "AdditionalSpecs" / "Policies.json").read_text())
    return found
