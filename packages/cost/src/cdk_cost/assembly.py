"""The stacks of a synthesized app as the cost report reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk_assembly
from cdk_cost.errors import CostError


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a template; ``where`` is its construct path within the stack."""

    where: str
    kind: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack: its name in CloudFormation, its Region, and its resources in the order of their paths."""

    name: str
    region: str
    resources: tuple[Resource, ...]


def read_stacks(folder: Path) -> list[Stack]:
    """Return the stacks of the cloud assembly in ``folder``, those of the app itself first.

    Raises:
        CostError: There is no cloud assembly, or it cannot be read.
    """
    try:
        assembly = cdk_assembly.read_assembly(folder)
    except cdk_assembly.AssemblyError as error:
        raise CostError(str(error)) from None
    return [
        Stack(
            name=stack.name,
            region=stack.region,
            resources=tuple(sorted(_resources(stack), key=lambda found: found.where)),
        )
        for stack in assembly.stacks.values()
    ]


def _resources(stack: cdk_assembly.Stack) -> Iterator[Resource]:
    for each in stack.resources.values():
        where = each.path.removeprefix(f"{stack.path}/").removesuffix("/Resource")
        yield Resource(where=where, kind=each.type, properties=each.properties)
