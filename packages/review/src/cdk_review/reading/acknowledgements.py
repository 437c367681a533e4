"""Which findings the source accepts, read from the constructs' metadata and not from the report.

The report lists only acknowledgements that matched a finding, so what matches nothing shows here alone.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdk_review.reading.documents import read_object
from cdk_review.reading.model import Acknowledgement

KIND = "aws:cdk:acknowledged-rules"


def acknowledgements(artifact: Mapping[str, Any], *, folder: Path) -> Iterator[Acknowledgement]:
    """The acknowledgements on the constructs of the stack ``artifact`` in the manifest of ``folder``."""
    metadata = dict(artifact.get("metadata", {}))
    file = artifact.get("additionalMetadataFile")
    if file is not None:
        metadata.update(read_object(folder / file))
    for path, entries in metadata.items():
        for entry in entries:
            if entry["type"] == KIND:
                for id_, reason in entry["data"].items():
                    yield Acknowledgement(at=path.removeprefix("/"), id=id_, reason=reason)
