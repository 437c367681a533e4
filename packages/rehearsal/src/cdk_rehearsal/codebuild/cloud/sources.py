"""Sources: zip archives in S3, fetched under the service role, or references to what is to be cloned."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cdk_rehearsal.codebuild.cloud.access import AWS_ERRORS
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.machine.archives import unpack
from cdk_rehearsal.codebuild.plan import Source
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.source.reference import CloneReference

Clone = Callable[[CloneReference, Path], None]


def fetch(source: Source, folder: Path, *, client: Callable[[str], Any], scratch: Path, clone: Clone) -> str:
    """Put a source into ``folder`` and return its version: its commit, or that of its object where the bucket has any.

    Raises:
        BuildError: the archive can't be read under the service role, or is none.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not source.bucket:
        return ""
    archive = scratch / f"source-{source.identifier}.zip"
    version = {"VersionId": source.version} if source.version else {}
    try:
        answer = client("s3").get_object(Bucket=source.bucket, Key=source.key, **version)
        with archive.open("wb") as file:
            shutil.copyfileobj(answer["Body"], file)
        reference = CloneReference.read(archive)
        if reference is None:
            unpack(archive, folder)
    except AWS_ERRORS as error:
        raise BuildError("CLIENT_ERROR", f"source {source.arn}: {error}") from error
    except RehearsalError as error:
        raise BuildError("CLIENT_ERROR", f"source {source.arn}: {error}") from error
    archive.unlink()
    if reference is None:
        return str(answer.get("VersionId") or "")
    clone(reference, folder)
    return reference.commit
