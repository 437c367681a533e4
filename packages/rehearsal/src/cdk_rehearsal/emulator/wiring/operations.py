"""Every create, update and delete of a stack's resources, seen by whoever wants to."""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from ministack.services.cloudformation import provisioners, stacks

from cdk_rehearsal.emulator.contracts import Properties


@dataclass(frozen=True, kw_only=True)
class ResourceOperation:
    """What CloudFormation is about to do, or did, to one resource; ``resource_id`` is empty before a create."""

    verb: Literal["create", "update", "delete"]
    resource_type: str
    logical_id: str
    stack: str
    properties: Properties
    resource_id: str = ""


Observer = Callable[[ResourceOperation], None]

_before: list[Observer] = []
_after: list[Observer] = []
_provision = provisioners._provision_resource
_update = provisioners._update_resource
_delete = provisioners._delete_resource


def observe_resources(*, before: Observer | None = None, after: Observer | None = None) -> None:
    """Call ``before`` ahead of each operation, which it fails by raising, and ``after`` each one that succeeded.

    A replacement is an update with a create inside it, and a delete later.
    """
    _before.extend([before] if before else [])
    _after.extend([after] if after else [])
    for module in (provisioners, stacks):
        module._provision_resource = _observed_provision
        module._update_resource = _observed_update
        module._delete_resource = _observed_delete


def _observed_provision(resource_type: str, logical_id: str, properties: Properties, stack: str) -> Any:
    operation = ResourceOperation(
        verb="create", resource_type=resource_type, logical_id=logical_id, stack=stack, properties=properties
    )
    _tell(_before, operation)
    made = _provision(resource_type, logical_id, properties, stack)
    _tell(_after, replace(operation, resource_id=made[0]))
    return made


def _observed_update(
    resource_type: str,
    resource_id: str,
    old: Properties,
    new: Properties,
    stack: str,
    logical_id: str = "",
    *rest: Any,
) -> Any:
    operation = ResourceOperation(
        verb="update",
        resource_type=resource_type,
        logical_id=logical_id,
        stack=stack,
        properties=new,
        resource_id=resource_id,
    )
    if old != new:
        _tell(_before, operation)
    changed = _update(resource_type, resource_id, old, new, stack, logical_id, *rest)
    if old != new:
        _tell(_after, replace(operation, resource_id=changed[0]))
    return changed


def _observed_delete(
    resource_type: str, resource_id: str, properties: Properties, stack: str = "", logical_id: str = ""
) -> None:
    operation = ResourceOperation(
        verb="delete",
        resource_type=resource_type,
        logical_id=logical_id,
        stack=stack,
        properties=properties,
        resource_id=resource_id,
    )
    _tell(_before, operation)
    _delete(resource_type, resource_id, properties, stack, logical_id)
    _tell(_after, operation)


def _tell(observers: list[Observer], operation: ResourceOperation) -> None:
    for observer in observers:
        observer(operation)
