"""Reads which assets a stack publishes."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdk_assembly.documents import read_object
from cdk_assembly.model import Asset

KIND = "cdk:asset-manifest"


def manifest_of(artifact: Mapping[str, Any], artifacts: Mapping[str, Any]) -> str | None:
    """Return the file of the asset manifest that the stack ``artifact`` depends on; None if there is none."""
    for name in artifact.get("dependencies", ()):
        other = artifacts.get(name, {})
        if other.get("type") == KIND:
            return str(other["properties"]["file"])
    return None


def read_assets(path: Path) -> Iterator[Asset]:
    """Yield the assets of the manifest ``path``, in its order."""
    document = read_object(path)
    for hash_, file in document.get("files", {}).items():
        source = file["source"].get("path")
        yield Asset(
            name=file.get("displayName", source or hash_),
            hash=hash_,
            kind="file",
            path=None if source is None else path.parent / source,
            template=str(source).endswith(".template.json"),
        )
    for hash_, image in document.get("dockerImages", {}).items():
        source = image["source"].get("directory")
        yield Asset(
            name=image.get("displayName", source or hash_),
            hash=hash_,
            kind="image",
            path=None if source is None else path.parent / source,
        )
