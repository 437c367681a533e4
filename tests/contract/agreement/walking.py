"""Finds what properties refer to."""

from collections.abc import Iterator, Mapping
from typing import Any


def references(value: Any, resources: Mapping[str, Any], kind: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the logical id of every reference in ``value`` to a resource of a type.

    A path has the names of properties alone: the places in a list are alike.
    """
    match value:
        case {"Ref": str(id_)} | {"Fn::GetAtt": [str(id_), "Arn" | "KeyId"]}:
            if resources.get(id_, {}).get("Type") == kind:
                yield path, id_
        case Mapping():
            for name, each in value.items():
                below = path if name.startswith("Fn::") else f"{path}.{name}".lstrip(".")
                yield from references(each, resources, kind, below)
        case list():
            for each in value:
                yield from references(each, resources, kind, path)
