"""Artifacts: zip archives in the pipeline's bucket."""

import io
import secrets
import string
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cdk_rehearsal.engine.definition import ArtifactStore
from cdk_rehearsal.engine.execution import Location

# CodePipeline cuts names in its object keys, which the API limits to 100 characters, and ends them with seven
# characters of its own.
PIPELINE_CHARACTERS = 20
ARTIFACT_CHARACTERS = 10
UNIQUE_CHARACTERS = 7


class ArtifactError(Exception):
    """An artifact does not hold what an action asks it for."""


def object_key(pipeline: str, artifact: str) -> str:
    """Return a new object key for an artifact, in CodePipeline's form ``pipeline/artifact/AbC1234``."""
    unique = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(UNIQUE_CHARACTERS))
    return f"{pipeline[:PIPELINE_CHARACTERS]}/{artifact[:ARTIFACT_CHARACTERS]}/{unique}"


@dataclass(frozen=True, kw_only=True)
class Artifacts:
    """The input artifacts of one action, and the places where it puts its output artifacts.

    ``s3`` answers a client under the action's role, so that a role without access to the bucket fails; ``pipeline_s3``
    one under the pipeline's, for what CodePipeline itself puts into its bucket.
    """

    store: ArtifactStore
    inputs: Mapping[str, Location]
    outputs: Mapping[str, Location]
    s3: Callable[[], Any] = field(repr=False)
    pipeline_s3: Callable[[], Any] = field(repr=False)

    def input(self, name: str) -> Location:
        """Return where an input artifact lies.

        Raises:
            ArtifactError: the action has no such input.
        """
        if name not in self.inputs:
            raise ArtifactError(f"{name} is no input artifact; those are {', '.join(self.inputs) or 'none'}")
        return self.inputs[name]

    def content(self, name: str) -> bytes:
        """Return an input artifact as it lies in the store.

        Raises:
            ArtifactError: the action has no such input.
        """
        location = self.input(name)
        content: bytes = self.s3().get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
        return content

    def read(self, name: str, path: str) -> bytes:
        """Return one file of an input artifact.

        Raises:
            ArtifactError: the action has no such input, or its archive has no such file.
        """
        with zipfile.ZipFile(io.BytesIO(self.content(name))) as archive:
            try:
                return archive.read(path)
            except KeyError:
                raise ArtifactError(f"artifact {name} has no file {path}") from None

    def write(self, name: str, archive: bytes) -> Location:
        """Upload an output artifact under the store's key."""
        location = self.outputs[name]
        self.s3().put_object(Bucket=location.bucket, Key=location.key, Body=archive, **self.encryption())
        return location

    def encryption(self) -> dict[str, str]:
        """Return what an upload says about encryption."""
        return encryption(self.store)


def encryption(store: ArtifactStore) -> dict[str, str]:
    """Return what an upload to ``store`` says about encryption: its own key, or nothing for the bucket's default."""
    if store.encryption_key is None:
        return {}
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": store.encryption_key.id}


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of ``files`` by path."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()
