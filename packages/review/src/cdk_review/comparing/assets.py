"""Which assets change, by name: the hash says that something changed, the files say what."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cdk_review.model.deployment import Asset, ChangedFile
from cdk_review.model.part import Kind
from cdk_review.reading.model import Assembly
from cdk_review.reading.model import Asset as Found

Key = tuple[str, str | None, str | None]


def compare_assets(base: Assembly, head: Assembly) -> tuple[Asset, ...]:
    """The assets that differ, those that several stages share once."""
    shared: dict[Key, list[str]] = {}
    kept: dict[str, Found] = {}
    for stage, name, before, after in _changes(base, head):
        key = (_without_stack(name, stage), before.hash if before else None, after.hash if after else None)
        shared.setdefault(key, []).append(stage)
        kept.update({found.hash: found for found in (before, after) if found})
    return tuple(
        Asset(
            name=name,
            stages=tuple(dict.fromkeys(stages)),
            change=_kind(before, after),
            files=tuple(_files(kept.get(before or ""), kept.get(after or ""))),
        )
        for (name, before, after), stages in shared.items()
    )


def _changes(base: Assembly, head: Assembly) -> Iterator[tuple[str, str, Found | None, Found | None]]:
    for address in dict.fromkeys([*head.stacks, *base.stacks]):
        old, new = (
            {asset.name: asset for asset in assembly.stacks[address].assets} if address in assembly.stacks else {}
            for assembly in (base, head)
        )
        stage = (head.stacks.get(address) or base.stacks[address]).stage
        for name in dict.fromkeys([*new, *old]):
            before, after = old.get(name), new.get(name)
            if (before and before.hash) != (after and after.hash):
                yield stage, name, before, after


def _without_stack(name: str, stage: str) -> str:
    """The name inside its stage: the CDK writes the whole path for some assets."""
    return name.removeprefix(f"{stage}/")


def _kind(before: object, after: object) -> Kind:
    return "added" if before is None else "removed" if after is None else "changed"


def _files(before: Found | None, after: Found | None) -> Iterator[ChangedFile]:
    """What differs inside; nothing for an asset that comes or goes whole, or is no folder."""
    if before is None or after is None or before.path is None or after.path is None:
        return
    old, new = _contents(before.path), _contents(after.path)
    for name in sorted({*old, *new}):
        if old.get(name) != new.get(name):
            yield ChangedFile(name=name, change=_kind(old.get(name), new.get(name)))


def _contents(folder: Path) -> Mapping[str, str]:
    return {str(path.relative_to(folder)): _hash(path) for path in _all_files(folder)}


def _all_files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
