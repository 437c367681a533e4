"""Source (S3): an object of a versioned bucket, as it is.

Rules: "Amazon S3 source action reference" in the CodePipeline user guide. The object should be a zip archive, which is
what later actions expect; one that is none is delivered all the same, as on AWS.
"""

from botocore.exceptions import ClientError

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.engine.execution import Revision

MISSING = frozenset({"NoSuchKey", "NoSuchVersion", "NoSuchBucket", "InvalidArgument"})


def run(context: ActionContext) -> Outcome:
    """Deliver the version that started the execution, or the newest."""
    bucket, key = context.configuration["S3Bucket"], context.configuration["S3ObjectKey"]
    place = f"s3://{bucket}/{key}"
    s3 = context.clients("s3")
    version = {"VersionId": context.pinned} if context.pinned else {}
    try:
        versioning = s3.get_bucket_versioning(Bucket=bucket).get("Status", "")
        if versioning != "Enabled":
            raise ActionFailedError(
                f"Bucket {bucket} has no versioning; a source's bucket needs it", code="ConfigurationError"
            )
        found = s3.get_object(Bucket=bucket, Key=key, **version)
    except ClientError as refused:
        error = refused.response["Error"]
        if error["Code"] not in MISSING:
            raise
        which = f" in version {context.pinned}" if context.pinned else ""
        raise ActionFailedError(f"There is no {place}{which}: {error['Message']}", code="ConfigurationError") from None
    content, version_id = found["Body"].read(), found["VersionId"]
    context.log.line(f"{place} is at version {version_id}")
    context.progress.report(external_id=version_id)
    (output,) = context.action.output_artifacts
    location = context.artifacts.write(output.name, content)
    context.log.line(f"{output.name}: {len(content)} bytes to s3://{location.bucket}/{location.key}")
    summary = f"Amazon S3 version id: {version_id}"
    return Outcome(
        summary=summary,
        revision=Revision(id=version_id, summary=summary),
        variables={
            "BucketName": bucket,
            "ETag": found["ETag"].strip('"'),
            "ObjectKey": key,
            "VersionId": version_id,
        },
    )
