"""Which assets a stack publishes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdk_review.reading.documents import read_object
from cdk_review.reading.model import Asset

MANIFEST_SUFFIX = ".assets"


def assets(artifact: Mapping[str, Any], *, folder: Path) -> Iterator[Asset]:
    """The assets of the stack ``artifact`` in the manifest of ``folder``, without the stack's own templates."""
    for dependency in artifact.get("dependencies", ()):
        if dependency.endswith(MANIFEST_SUFFIX):
            document = read_object(folder / f"{dependency}.json")
            yield from _files(document, folder=folder)
            yield from _images(document)


def _files(document: Mapping[str, Any], *, folder: Path) -> Iterator[Asset]:
    for hash_, file in document.get("files", {}).items():
        path = file["source"].get("path")
        if path is None or path.endswith(".template.json"):
            continue
        yield Asset(name=file.get("displayName", path), hash=hash_, path=folder / path)


def _images(document: Mapping[str, Any]) -> Iterator[Asset]:
    for hash_, image in document.get("dockerImages", {}).items():
        yield Asset(name=image.get("displayName", image["source"].get("directory", hash_)), hash=hash_, path=None)
