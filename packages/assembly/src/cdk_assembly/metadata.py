"""Reads the metadata of a stack's constructs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdk_assembly.documents import read_object
from cdk_assembly.model import Acknowledgement

ACKNOWLEDGED = "aws:cdk:acknowledged-rules"
"""aws-cdk-lib, ``Validations.ACKNOWLEDGED_RULES_METADATA_KEY``."""
TAGS = "aws:cdk:stack-tags"


def read_metadata(artifact: Mapping[str, Any], *, folder: Path) -> Mapping[str, Any]:
    """Return the metadata entries of the stack ``artifact`` by construct path, without the leading slash.

    Since schema 53 they are in a file of their own; before, in the manifest.
    """
    found = dict(artifact.get("metadata", {}))
    file = artifact.get("additionalMetadataFile")
    if file is not None:
        found.update(read_object(folder / file))
    return {path.removeprefix("/"): entries for path, entries in found.items()}


def acknowledgements(metadata: Mapping[str, Any]) -> Iterator[Acknowledgement]:
    """Yield the acknowledgements in ``metadata``, matched or not: the report lists only those that matched."""
    for path, entries in metadata.items():
        for entry in entries:
            if entry["type"] == ACKNOWLEDGED:
                for id_, reason in entry["data"].items():
                    yield Acknowledgement(at=path, id=id_, reason=reason)


def tags(artifact: Mapping[str, Any], metadata: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the tags that CloudFormation puts on the stack."""
    found = artifact["properties"].get("tags")
    if found is not None:
        return dict(found)
    listed = (entry["data"] for entries in metadata.values() for entry in entries if entry["type"] == TAGS)
    return {tag.get("key", tag.get("Key")): tag.get("value", tag.get("Value")) for each in listed for tag in each}
