"""The copy of the artifacts that CodePipeline keeps in another region, held to what the originals are held to."""

from typing import cast

from aws_cdk import RemovalPolicy, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from compliance.removal import declare_removal


def harden(bucket: s3.IBucket) -> None:
    """Version ``bucket``, encrypt it with its own stack's key, and keep both when the stack goes.

    aws-cdk-lib (CrossRegionSupportStack) keeps the bucket alone, without the key that it cannot be read without.
    """
    declare_removal(Stack.of(bucket), RemovalPolicy.RETAIN)
    key = cast("kms.Key", cast("IConstruct", bucket.node.scope).node.find_child(f"{bucket.node.id}EncryptionKey"))
    key.apply_removal_policy(RemovalPolicy.RETAIN)
    resource = cast("s3.CfnBucket", bucket.node.default_child)
    resource.versioning_configuration = s3.CfnBucket.VersioningConfigurationProperty(status="Enabled")
    resource.bucket_encryption = s3.CfnBucket.BucketEncryptionProperty(
        server_side_encryption_configuration=[
            s3.CfnBucket.ServerSideEncryptionRuleProperty(
                bucket_key_enabled=True,
                server_side_encryption_by_default=s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
                    sse_algorithm="aws:kms", kms_master_key_id=key.key_arn
                ),
            )
        ]
    )
