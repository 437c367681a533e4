"""Finds keys that a JSON file repeats: JSON readers, the CDK CLI's among them, silently use the last one."""

import json
from pathlib import Path

from pipeline.errors import SettingsError


class _Object(dict[str, object]):
    """A JSON object that remembers the keys it was given more than once."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.repeated = sorted({name for name in names if names.count(name) > 1})


def reject_duplicates(file: Path, *, below: tuple[str, ...]) -> None:
    """Read ``file`` and do nothing else, unless an object at or below the path ``below`` repeats a key.

    Raises :class:`~pipeline.errors.SettingsError`, with one line per repeated key.
    """
    try:
        content = json.loads(file.read_text(), object_pairs_hook=_Object)
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file.name}: not readable as JSON ({error}); restore it from git") from None
    lines = _repeated(content, ())
    mine = [".".join(path[1:]) for path in lines if path[: len(below)] == below]
    if mine:
        raise SettingsError("\n".join(f"{file.name}: {path} is defined twice; remove one of the two" for path in mine))


def _repeated(value: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not isinstance(value, _Object):
        return []
    here = [(*path, name) for name in value.repeated]
    return here + [found for name, inside in value.items() for found in _repeated(inside, (*path, name))]
