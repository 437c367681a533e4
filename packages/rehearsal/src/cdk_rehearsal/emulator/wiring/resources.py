"""CloudFormation types that the emulator lacks."""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

from collections.abc import Collection
from typing import Any, Literal

from ministack.services.cloudformation import provisioners, stacks

from cdk_rehearsal.emulator.contracts import Properties, Resource, ResourceProvider, ResourceRequest
from cdk_rehearsal.emulator.wiring.scope import account, region

_blocking: set[str] = set()
_runs_on_worker_thread = stacks._runs_on_worker_thread


def _blocks(resource_type: str) -> bool:
    return resource_type in _blocking or bool(_runs_on_worker_thread(resource_type))


def physical_name(stack: str, logical_id: str, *, longest: int = 128, lowercase: bool = False) -> str:
    """Return a generated name, the same for a logical resource until it is replaced."""
    return str(provisioners._physical_name(stack, logical_id, max_len=longest, lowercase=lowercase))


def register_resource_type(
    name: str,
    provider: ResourceProvider,
    *,
    create_only: Collection[str] = (),
    tags: Literal["list", "map"] | None = None,
    blocking: bool = False,
) -> None:
    """Teach CloudFormation a type.

    Args:
        name: the type, such as ``AWS::CodePipeline::Pipeline``.
        provider: makes, changes and removes the resources.
        create_only: properties whose change replaces the resource; change sets report them so, and the old resource
            is deleted after the update succeeded.
        tags: the shape of the ``Tags`` property when stack tags should reach it.
        blocking: run the provider on a thread of its own, so that it may wait or call the emulator.
    """

    def request(logical_id: str, properties: Properties, stack: str) -> ResourceRequest:
        return ResourceRequest(
            logical_id=logical_id, stack=stack, properties=properties, account=account(), region=region()
        )

    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, dict[str, Any]]:
        return _answer(provider.create(request(logical_id, properties, stack)))

    def update(
        resource_id: str, old: Properties, new: Properties, stack: str, logical_id: str
    ) -> tuple[str, dict[str, Any]]:
        return _answer(provider.update(resource_id, old, request(logical_id, new, stack)))

    provisioners._RESOURCE_HANDLERS[name] = {
        "create": create,
        "update": update,
        "update_with_logical_id": True,
        "delete": provider.delete,
    }
    provisioners._REPLACING_PROPERTIES[name] = tuple(create_only)
    if tags:
        provisioners._STACK_TAG_PROPERTY[name] = ("Tags", tags)
    if blocking:
        run_on_thread(name)


def _answer(resource: Resource) -> tuple[str, dict[str, Any]]:
    return resource.id, dict(resource.attributes)


def run_on_thread(name: str) -> None:
    """Give the operations of a type a thread each: they wait for something outside the emulator."""
    _blocking.add(name)
    stacks._runs_on_worker_thread = _blocks
