"""The buckets: the data, and the record of who asked for it."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from compliance.acknowledgements import acknowledge
from compliance.names import OWN, in_nist_and_pci
from tap_stack.settings import StageSettings

OLD_VERSION_DAYS = 90
ABORT_UPLOAD_DAYS = 7


class Storage(Construct):
    """The data bucket under the key, and the bucket that access logs of buckets and of CloudFront go to."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, settings: StageSettings) -> None:
        """Build both buckets."""
        super().__init__(scope, id_)
        self.log_bucket = s3.Bucket(
            self,
            "Logs",
            # S3 delivers access logs to no bucket under a customer-managed key ("Enabling Amazon S3 server access
            # logging", S3 User Guide: "only SSE-S3").
            encryption=s3.BucketEncryption.S3_MANAGED,
            # CloudFront's standard logging writes under an ACL ("Configure standard logging (legacy)", CloudFront
            # Developer Guide).
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_PREFERRED,
            versioned=True,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            lifecycle_rules=[
                _tidy(expiration=Duration.days(settings.access_log_days), old_version_days=1),
            ],
            removal_policy=settings.removal_policy,
            auto_delete_objects=settings.auto_empty_buckets,
        )
        self.bucket = s3.Bucket(
            self,
            "Data",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            versioned=True,
            enforce_ssl=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            server_access_logs_bucket=self.log_bucket,
            server_access_logs_prefix="s3/",
            lifecycle_rules=[_tidy(expiration=None, old_version_days=OLD_VERSION_DAYS)],
            removal_policy=settings.removal_once_created,
            auto_delete_objects=settings.auto_empty_buckets,
        )
        # A bucket that outlives the stack keeps its policy: without it plain HTTP would be answered. A failed first
        # deployment deletes both policies: that of the log bucket names the data bucket, which is deleted then.
        for policy in filter(None, (self.log_bucket.policy, self.bucket.policy)):
            policy.apply_removal_policy(settings.removal_once_created)
        self._acknowledge()

    def _acknowledge(self) -> None:
        for bucket in (self.log_bucket, self.bucket):
            acknowledge(
                bucket,
                finding=in_nist_and_pci("S3BucketReplicationEnabled"),
                reason="S3 keeps every object in three or more zones of the region ('Data durability', Amazon S3 User "
                "Guide), and versioning keeps what is overwritten or deleted. The stage stands in one region by "
                "design: a copy elsewhere would outlive dev's deletion, and serve nothing that prod runs.",
            )
        acknowledge(
            self.log_bucket,
            finding=(f"{OWN}-Encryption", *in_nist_and_pci("S3DefaultEncryptionKMS")),
            reason="'SSE-KMS is not supported for server access logging destination buckets' ('Enabling Amazon S3 "
            "server access logging', Amazon S3 User Guide): SSE-S3 is the only encryption that S3 delivers its logs "
            "under.",
        )


def _tidy(*, expiration: Duration | None, old_version_days: int) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id="Tidy",
        expiration=expiration,
        noncurrent_version_expiration=Duration.days(old_version_days),
        abort_incomplete_multipart_upload_after=Duration.days(ABORT_UPLOAD_DAYS),
    )
