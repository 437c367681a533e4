"""Which properties cannot change without a new resource, by the schemas that CloudFormation publishes."""

from functools import cache
from typing import Any

PREFIX = "/properties/"


def replaces(type_: str, path: str) -> str:
    """Return whether a change of the property at ``path`` replaces a resource of ``type_``: yes, perhaps or no.

    A type without a published schema, such as a custom resource, is ``no``: its provider decides.
    """
    always, sometimes = _create_only(type_)
    if any(_within(path, each) for each in always):
        return "yes"
    return "perhaps" if any(_within(path, each) for each in sometimes) else "no"


@cache
def _create_only(type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    # It reads hundreds of schemas' names when it is imported, which only a comparison needs.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError  # noqa: PLC0415

    try:
        schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    except ResourceNotFoundError:
        return (), ()
    return _paths(schema, "createOnlyProperties"), _paths(schema, "conditionalCreateOnlyProperties")


def _paths(schema: dict[str, Any], name: str) -> tuple[str, ...]:
    return tuple(each.removeprefix(PREFIX).replace("/", ".") for each in schema.get(name, []))


def _within(path: str, other: str) -> bool:
    """Whether one path is the other, or lies in it."""
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")
