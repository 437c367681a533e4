"""A push to a repository that stands for an object puts the commit's files there."""

import contextlib

from botocore.exceptions import ClientError

from cdk_rehearsal.codepipeline.object_changes import ObjectChanges
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import Json, ServiceError
from cdk_rehearsal.engine.triggers import Push
from cdk_rehearsal.source.git import archive


class ObjectUploads:
    """Hears of every push to such a repository."""

    def __init__(self, config: EmulatorConfig, objects: ObjectChanges) -> None:
        """Upload to the emulator; ``objects`` hears of it."""
        self._config = config
        self._objects = objects

    def pushed(self, push: Push, place: Json, *, silent: bool) -> list[str]:
        """Upload a zip archive as the bucket's owner would; return what whoever pushed should read.

        ``place`` is ``{"account", "region", "bucket", "key", "branch"}``; other branches stay where they are. What
        follows the object starts by itself, unless the push is ``silent``.

        Raises:
            ServiceError: S3 refused.
        """
        if push.branch != place["branch"]:
            return []
        content = archive(self._config.repositories / f"{push.repository}.git", push.commit)
        bucket, key = place["bucket"], place["key"]
        credentials = self._config.root(place["account"])
        s3 = client("s3", endpoint=self._config.endpoint, region=place["region"], credentials=credentials)
        try:
            with self._objects.silenced(bucket, key) if silent else contextlib.nullcontext():
                version = s3.put_object(Bucket=bucket, Key=key, Body=content).get("VersionId", "none")
        except ClientError as refused:
            error = refused.response["Error"]
            raise ServiceError(error["Code"], f"s3://{bucket}/{key}: {error['Message']}") from None
        return [f"uploaded to s3://{bucket}/{key}, version {version}"]
