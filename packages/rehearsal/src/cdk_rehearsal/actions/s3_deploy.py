"""Deploy (S3): puts an artifact into a bucket, as it is or file by file.

Rules: "Amazon S3 deploy action reference" in the CodePipeline user guide.
"""

import io
import mimetypes
import zipfile

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome


def run(context: ActionContext) -> Outcome:
    """Upload under the action's role; what is in the bucket beside it stays."""
    settings = context.configuration
    bucket, key = settings["BucketName"], settings.get("ObjectKey", "")
    (artifact,) = context.action.input_artifacts
    archive = context.artifacts.content(artifact.name)
    if settings["Extract"] == "true":
        prefix = f"{key.rstrip('/')}/" if key else ""
        uploads = {f"{prefix}{path}": content for path, content in _files(archive, artifact.name).items()}
    else:
        uploads = {key: archive}
    for name, content in uploads.items():
        context.clients("s3").put_object(Bucket=bucket, Key=name, Body=content, **_headers(context, name))
        context.log.line(f"s3://{bucket}/{name}: {len(content)} bytes")
    return Outcome(summary=f"{len(uploads)} objects in {bucket}")


def _files(archive: bytes, artifact: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            return {each.filename: files.read(each) for each in files.infolist() if not each.is_dir()}
    except zipfile.BadZipFile:
        raise ActionFailedError(f"artifact {artifact} is no zip archive", code="ConfigurationError") from None


def _headers(context: ActionContext, name: str) -> dict[str, str]:
    settings = context.configuration
    key = settings.get("KMSEncryptionKeyARN")
    kind = mimetypes.guess_type(name)[0]
    return {
        **({"ContentType": kind} if kind else {}),
        **({"CacheControl": settings["CacheControl"]} if "CacheControl" in settings else {}),
        **({"ACL": settings["CannedACL"]} if "CannedACL" in settings else {}),
        **({"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}),
    }
