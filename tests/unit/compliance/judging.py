"""How tests put resources before a rule."""

from collections.abc import Mapping
from typing import Any

from compliance.rules.rule import Breach, Rule
from compliance.templates import Template

KEY = {"Type": "AWS::KMS::Key", "Properties": {}}
KEY_ARN = {"Fn::GetAtt": ["Key", "Arn"]}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource with these properties."""
    return {"Type": kind, "Properties": properties}


def judged(rule: Rule, *, promises: str | None = None, **resources: Mapping[str, Any]) -> list[Breach]:
    """What breaks ``rule`` in a template with these resources, of a stack that ``promises`` to delete or retain."""
    metadata = {"Delivery": {"Removal": promises}} if promises else {}
    return list(rule.breaches(Template(resources=resources, metadata=metadata)))


def broken(rule: Rule, *, promises: str | None = None, **resources: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The same as resource and location."""
    return {(breach.resource, breach.location) for breach in judged(rule, promises=promises, **resources)}
