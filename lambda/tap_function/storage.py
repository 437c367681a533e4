"""The check of the bucket."""

from botocore.exceptions import BotoCoreError, ClientError

from tap_function.aws import client, said
from tap_function.failures import CheckFailedError

ENCRYPTION = "aws:kms"


def write_and_read_back(*, bucket: str, key: str, body: bytes) -> str:
    """Write ``body``, read the version just written, and return how Amazon S3 encrypted it.

    That very version, so that a write from elsewhere in between does no harm.

    Raises:
        CheckFailedError: A call failed, the bucket keeps no versions, the object is not encrypted with a KMS key, or
            other content came back.
    """
    try:
        written = client("s3").put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/json")
        version = written.get("VersionId")
        if version is None:
            raise CheckFailedError(f"s3://{bucket} keeps no versions")
        answer = client("s3").get_object(Bucket=bucket, Key=key, VersionId=version)
        read = answer["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise CheckFailedError(f"s3://{bucket}/{key} can't be written and read: {said(error)}") from error
    if read != body:
        raise CheckFailedError(f"s3://{bucket}/{key} holds something else than was written")
    encryption = str(answer.get("ServerSideEncryption"))
    if encryption != ENCRYPTION:
        raise CheckFailedError(f"s3://{bucket}/{key}: encryption is {encryption}, expected {ENCRYPTION}")
    return encryption
