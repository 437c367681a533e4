"""What becomes of a resource's data when CloudFormation deletes or replaces the resource."""

from collections.abc import Iterable
from typing import Final

from cdk_assembly import Resource, Stack
from cdk_verdict.stateful import STATEFUL

DELETION: Final = "DeletionPolicy"
REPLACEMENT: Final = "UpdateReplacePolicy"
RANKS: Final = {"Delete": 0, "Snapshot": 1, "Retain": 2, "RetainExceptOnCreate": 2}
"""How much is left of the data. ``RetainExceptOnCreate`` deletes only what a failed creation left."""


def policy(resource: Resource, attribute: str) -> str:
    """Return the policy ``attribute`` of ``resource``, or its default, or ``""`` for a value nobody can rank.

    Source: "DeletionPolicy attribute", CloudFormation User Guide: Snapshot for a DB cluster, and for a DB instance
    outside of a cluster; Delete otherwise. UpdateReplacePolicy has no such default.
    """
    value = resource.body.get(attribute)
    if value is None:
        alone = "DBClusterIdentifier" not in resource.properties
        snapshot = resource.type == "AWS::RDS::DBCluster" or (resource.type == "AWS::RDS::DBInstance" and alone)
        return "Snapshot" if snapshot and attribute == DELETION else "Delete"
    return value if isinstance(value, str) and value in RANKS else ""


def is_disposable(resource: Resource, attribute: str = DELETION) -> bool:
    """Whether the template says in so many words that the data goes with the resource."""
    return resource.body.get(attribute) == "Delete"


def retaining_stages(stacks: Iterable[Stack]) -> frozenset[str]:
    """Return the stages that retain any data."""
    return frozenset(
        stack.stage
        for stack in stacks
        for resource in stack.resources.values()
        if resource.type in STATEFUL and RANKS.get(policy(resource, DELETION), 1) > 0 and DELETION in resource.body
    )
