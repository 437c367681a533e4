"""What MiniStack's own CloudFormation types leave undone."""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator.contracts import Properties

Check = Callable[[Properties], None]
Applied = Callable[[str, Properties, Mapping[str, Any]], Mapping[str, Any] | None]
Removal = Callable[[str, Properties], None]
Outcome = tuple[str, Mapping[str, Any]]


def extend_resource_type(
    name: str,
    *,
    check: Check | None = None,
    applied: Applied | None = None,
    removing: Removal | None = None,
    removed: Removal | None = None,
) -> None:
    """Add to a type that the emulator has.

    Args:
        name: the type.
        check: sees the properties before a create or an update, and raises to refuse them.
        applied: gets id, properties and attributes afterwards; may answer the attributes to use instead. If it raises
            on a create, the resource is removed again.
        removing: runs before a delete and raises to refuse it.
        removed: runs after a delete.
    """
    handler = provisioners._RESOURCE_HANDLERS[name]
    extended = _Extended(
        dict(handler), check or _nothing, applied or _nothing, removing or _nothing, removed or _nothing
    )
    handler.update(
        create=extended.create,
        update=extended.update,
        update_with_logical_id=True,
        delete=extended.delete,
        delete_with_logical_id=True,
    )


def _nothing(*_: object) -> None:
    """Stand for a step that an extension does not take."""


@dataclass(frozen=True)
class _Extended:
    """A MiniStack handler with steps around it, itself a handler."""

    handler: Mapping[str, Any]
    check: Check
    applied: Applied
    removing: Removal
    removed: Removal

    def create(self, logical_id: str, properties: Properties, stack: str) -> Outcome:
        self.check(properties)
        resource_id, attributes = self.handler["create"](logical_id, properties, stack)
        try:
            return resource_id, self.applied(resource_id, properties, attributes) or attributes
        except Exception:
            self._delete(resource_id, properties, logical_id)
            raise

    def update(self, resource_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Outcome:
        self.check(new)
        new_id, attributes = self._update(resource_id, old, new, stack, logical_id)
        return new_id, self.applied(new_id, new, attributes) or attributes

    def delete(self, resource_id: str, properties: Properties, logical_id: str | None = None) -> None:
        self.removing(resource_id, properties)
        self._delete(resource_id, properties, logical_id)
        self.removed(resource_id, properties)

    def _update(self, resource_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Outcome:
        named = [logical_id] if self.handler.get("update_with_logical_id") else []
        outcome: Outcome = self.handler["update"](resource_id, old, new, stack, *named)
        return outcome

    def _delete(self, resource_id: str, properties: Properties, logical_id: str | None) -> None:
        named = [logical_id] if self.handler.get("delete_with_logical_id") else []
        self.handler["delete"](resource_id, properties, *named)
