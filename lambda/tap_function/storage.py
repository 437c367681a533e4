"""Every call to AWS."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Both calls with all their attempts end before the function's time is over, so that a silent S3 is told as such.
PATIENCE = Config(connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2})


class StorageError(Exception):
    """The bucket can't be used. The message says what was tried and what Amazon S3 answered."""


@cache
def client() -> Any:
    """Return the S3 client, kept between invocations as Lambda keeps the process."""
    return boto3.client("s3", config=PATIENCE)


def write_and_read_back(*, bucket: str, key: str, body: bytes) -> None:
    """Write ``body`` and read the version just written, so that a write from elsewhere in between does no harm.

    Raises:
        StorageError: A call failed, or what came back is not what was written.
    """
    try:
        written = client().put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
        read = client().get_object(Bucket=bucket, Key=key, VersionId=written["VersionId"])["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise StorageError(f"s3://{bucket}/{key} can't be written and read: {error}") from error
    if read != body:
        raise StorageError(f"s3://{bucket}/{key} holds something else than was written")
