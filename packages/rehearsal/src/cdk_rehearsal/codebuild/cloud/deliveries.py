"""Artifacts: zip archives or single files in S3, put there under the service role."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cdk_rehearsal.codebuild.cloud.access import AWS_ERRORS
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.machine.archives import pack
from cdk_rehearsal.codebuild.plan import Destination
from cdk_rehearsal.emulator.contracts import Json

AWS_MANAGED = ("alias/aws/s3", "alias/aws/codebuild")


def encryption(destination: Destination, key: str) -> dict[str, str]:
    """Return how objects are encrypted: with the key that was named, otherwise by the bucket's own default."""
    if not destination.encrypted or not key or key.endswith(AWS_MANAGED):
        return {}
    return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}


def deliver(
    files: Mapping[str, Path],
    destination: Destination,
    *,
    key: str,
    links: bool,
    arguments: Mapping[str, Any],
    s3: Any,
    scratch: Path,
) -> Json:
    """Upload an artifact and return it as BatchGetBuilds tells of it.

    Args:
        files: the artifact's files by their names in it.
        destination: which bucket, and whether files are zipped.
        key: the archive's key, or the prefix of the files' keys.
        links: keep symbolic links as such; only an archive can.
        arguments: of PutObject, for every object.
        s3: a client.
        scratch: a folder for the archive.

    Raises:
        BuildError: the bucket or the key refuses it.
    """
    record: Json = {
        "location": f"arn:aws:s3:::{destination.bucket}/{key}",
        "encryptionDisabled": not destination.encrypted,
    }
    if destination.identifier:
        record["artifactIdentifier"] = destination.identifier
    objects = {f"{key}/{name}": path for name, path in files.items()}
    if destination.zipped:
        archive = scratch / f"artifact-{destination.identifier}.zip"
        pack(files, archive, keep_links=links)
        with archive.open("rb") as file:
            record["sha256sum"] = hashlib.file_digest(file, "sha256").hexdigest()
        objects = {key: archive}
    try:
        for name, path in objects.items():
            with path.open("rb") as body:
                s3.put_object(Bucket=destination.bucket, Key=name, Body=body, **arguments)
    except AWS_ERRORS as error:
        raise BuildError("CLIENT_ERROR", f"artifact {record['location']}: {error}") from error
    return record
