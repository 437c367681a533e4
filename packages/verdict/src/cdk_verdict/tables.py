"""The table that ``python -m cdk_verdict.generate`` makes from the resource schemas in cfn-lint."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

NAME: Final = "replacement.json"

NEVER: Final[Mapping[str, frozenset[str]]] = {
    "AWS::RDS::DBInstance": frozenset(
        {"AutoMinorVersionUpgrade", "BackupRetentionPeriod", "DBParameterGroupName", "MultiAZ"}
        | {"PreferredMaintenanceWindow"}
    ),
    "AWS::ElastiCache::ReplicationGroup": frozenset({"AuthToken"}),
}
"""Conditionally create-only in the schema, yet never a replacement: "Update requires: Some interruptions" or "No
interruption" in the CloudFormation Template Reference of the type."""

PERHAPS: Final[Mapping[str, frozenset[str]]] = {
    "AWS::Cognito::UserPool": frozenset({"AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration"}),
    "AWS::DynamoDB::Table": frozenset({"LocalSecondaryIndexes"}),
    "AWS::KMS::Key": frozenset({"KeySpec", "KeyUsage", "MultiRegion", "Origin"}),
}
"""Not create-only in the schema, yet no update can change them in place (Template Reference of the type)."""


def replacing(type_: str, paths: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which of the changed dotted property ``paths`` replace a resource for sure, and which perhaps.

    Raises ``KeyError`` for a type without a schema.
    """
    surely, perhaps = _table()[type_]
    perhaps = (perhaps | PERHAPS.get(type_, frozenset())) - NEVER.get(type_, frozenset())
    named = tuple(dict.fromkeys(paths))
    certain = tuple(path for path in named if _covered(path, surely))
    return certain, tuple(path for path in named if path not in certain and _covered(path, perhaps))


def known(type_: str) -> bool:
    """Whether the registry has a schema for ``type_``."""
    return type_ in _table()


def _covered(path: str, properties: frozenset[str]) -> bool:
    """Whether ``path``, a part of it, or what it is part of is in ``properties``."""
    return any(
        path == each or path.startswith((f"{each}.", f"{each}[")) or each.startswith(f"{path}.") for each in properties
    )


@cache
def _table() -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
    document = json.loads(resources.files("cdk_verdict").joinpath("data", NAME).read_bytes())
    return {type_: (frozenset(surely), frozenset(perhaps)) for type_, (surely, perhaps) in document["types"].items()}
