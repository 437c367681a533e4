"""Values of templates, short enough to be read."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from cdk_review.reading.model import Assembly, Stack, path_of

LONGEST: Final = 300
"""Characters of a value that a report holds; the template has the rest."""
LENGTH_OF_HASH: Final = 32
"""The fewest characters of an asset's hash; shorter values hold none."""


def shown(value: Any) -> str | None:
    """``value`` as JSON, cut where it is long; None stays None."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def leaves(before: Any, after: Any, name: str) -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ: the name of each part, as ``Statement[0].Action``, with both of its values.

    Lists of one length are compared by place; of others, the items that are on one side alone are named.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from leaves(before.get(key), after.get(key), f"{name}.{key}")
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) == len(after):
            for place, (old, new) in enumerate(zip(before, after, strict=True)):
                yield from leaves(old, new, f"{name}[{place}]")
            return
        yield from ((f"{name}[{place}]", item, None) for place, item in enumerate(before) if item not in after)
        yield from ((f"{name}[{place}]", None, item) for place, item in enumerate(after) if item not in before)
    elif before != after:
        yield name, before, after


def asset_names(*assemblies: Assembly) -> Callable[[Any], Any]:
    """Return a function that writes an asset's name for its hash, wherever it stands in a value."""
    names = {
        asset.hash: asset.name
        for assembly in assemblies
        for stack in assembly.stacks.values()
        for asset in stack.assets
    }

    def named(value: Any) -> Any:
        match value:
            case str():
                found = (
                    next((hash_ for hash_ in names if hash_ in value), None) if len(value) >= LENGTH_OF_HASH else None
                )
                return value if found is None else value.replace(found, f"<{names[found]} {found[:8]}>")
            case dict():
                return {key: named(item) for key, item in value.items()}
            case list():
                return [named(item) for item in value]
            case _:
                return value

    return named


def construct_names(stacks: Iterable[Stack]) -> Mapping[str, str]:
    """The path of each resource of ``stacks`` inside its stack, by logical id; later stacks win."""
    return {
        id_: path_of(resource, stack=stack, logical_id=id_).removeprefix(f"{stack.address}/").removesuffix("/Resource")
        for stack in stacks
        for id_, resource in stack.resources.items()
    }
