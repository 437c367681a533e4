"""A bucket's policy is named after its bucket, and there is one of it, as in AWS.

MiniStack gives it a name that the registry's schema ("AWS::S3::BucketPolicy", identifier ``Bucket``) does not know, and
lets a stack overwrite the policy of another.
"""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

TYPE = "AWS::S3::BucketPolicy"

Made = tuple[str, dict[str, Any]]

_create = provisioners._s3_bucket_policy_create
_update = provisioners._s3_bucket_policy_update


def install(_config: EmulatorConfig) -> None:
    """Take the type over."""
    provisioners._RESOURCE_HANDLERS[TYPE].update(create=create, update=update)
    provisioners._REPLACING_PROPERTIES[TYPE] = ("Bucket",)


def create(logical_id: str, properties: hooks.Properties, stack: str) -> Made:
    """Write the policy of a bucket that has none. Raises a ``ValueError`` where it has one."""
    bucket = str(properties["Bucket"])
    if bucket in s3._bucket_policies:
        raise ValueError(f"The bucket policy already exists on bucket {bucket}.")
    _create(logical_id, properties, stack)
    return bucket, {}


def update(id_: str, old: hooks.Properties, new: hooks.Properties, stack: str) -> Made:
    """Write the policy anew, or on another bucket."""
    _update(id_, old, new, stack)
    return str(new["Bucket"]), {}
