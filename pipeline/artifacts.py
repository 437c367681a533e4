"""Where the pipeline keeps what its actions hand to each other."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from compliance.acknowledgements import acknowledge
from compliance.names import OWN, in_nist_and_pci

KEPT = Duration.days(90)
"""How long artifacts and access logs are kept: one quarter, enough to trace or repeat a delivery."""


class Artifacts(Construct):
    """The artifact bucket and the bucket of its access logs.

    Both stay when the stack goes: they say what was delivered. Their lifecycle empties them.
    """

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey) -> None:
        """Make both buckets; artifacts are encrypted with ``key``."""
        super().__init__(scope, id_)
        logs = s3.Bucket(
            self,
            "AccessLogs",
            # Server access logs cannot be delivered to a bucket that a customer-managed key encrypts
            # (S3 user guide, "Enabling Amazon S3 server access logging").
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=KEPT, noncurrent_version_expiration=Duration.days(1))],
            removal_policy=RemovalPolicy.RETAIN,
        )
        acknowledge(
            logs,
            finding=(f"{OWN}-Encryption", *in_nist_and_pci("S3DefaultEncryptionKMS")),
            reason="'SSE-KMS is not supported for server access logging destination buckets' ('Enabling Amazon S3 "
            "server access logging', Amazon S3 User Guide): SSE-S3 is the only encryption that S3 delivers its logs "
            "under.",
        )
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            bucket_key_enabled=True,
            versioned=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            server_access_logs_bucket=logs,
            server_access_logs_prefix="artifacts/",
            lifecycle_rules=[
                s3.LifecycleRule(
                    expiration=KEPT,
                    noncurrent_version_expiration=KEPT,
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
            removal_policy=RemovalPolicy.RETAIN,
        )
        for bucket in (logs, self.bucket):
            acknowledge(
                bucket,
                finding=in_nist_and_pci("S3BucketReplicationEnabled"),
                reason="What a delivery made can be made again from its commit: the same commit gives the same "
                "bytes, and tests hold that. Nothing runs from this bucket, so that a copy elsewhere "
                "would restore nothing.",
            )
