"""Properties whose change replaces the resource, according to CloudFormation's published schemas."""

from functools import cache

from codepipeline_page.registry import schema

PREFIX = "/properties/"


def replaces(type_: str, path: str) -> str:
    """Return whether a change of the property at ``path`` replaces a resource of ``type_``: yes, perhaps, or no.

    Returns ``no`` for a type without a published schema, such as a custom resource: its provider decides.
    """
    always, sometimes = _create_only(type_)
    if any(_within(path, each) for each in always):
        return "yes"
    return "perhaps" if any(_within(path, each) for each in sometimes) else "no"


@cache
def _create_only(type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return _paths(type_, "createOnlyProperties"), _paths(type_, "conditionalCreateOnlyProperties")


def _paths(type_: str, name: str) -> tuple[str, ...]:
    return tuple(each.removeprefix(PREFIX).replace("/", ".") for each in schema(type_).get(name, []))


def _within(path: str, other: str) -> bool:
    """Return whether one path equals or contains the other."""
    return path == other or path.startswith(f"{other}.") or other.startswith(f"{path}.")
