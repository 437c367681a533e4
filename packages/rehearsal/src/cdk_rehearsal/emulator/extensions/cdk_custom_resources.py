"""The effects of two of CDK's own custom resources, which everyone's stacks contain.

Their handlers are Node functions that answer CloudFormation on port 443 and so never reach an emulator. What they do
on AWS is done here instead, when CloudFormation asks for it.
"""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from ministack.services import ec2, s3

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

AUTO_DELETE_TAG = "aws-cdk:auto-delete-objects"


def install(_config: EmulatorConfig) -> None:
    """Take over both types."""
    hooks.register_resource_type("Custom::S3AutoDeleteObjects", AutoDeleteObjects(), create_only=("BucketName",))
    hooks.register_resource_type(
        "Custom::VpcRestrictDefaultSG", RestrictDefaultSecurityGroup(), create_only=("DefaultSecurityGroupId",)
    )


class AutoDeleteObjects:
    """Empties a bucket when its stack goes, if the bucket is tagged for it, as CDK's handler does."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Do nothing yet."""
        return hooks.Resource(f"{request.properties['BucketName']}-auto-delete")

    def update(self, resource_id: str, _previous: hooks.Properties, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Do nothing yet."""
        return hooks.Resource(resource_id)

    def delete(self, _resource_id: str, properties: hooks.Properties) -> None:
        """Remove every object and version."""
        bucket = properties["BucketName"]
        if s3._bucket_tags.get(bucket, {}).get(AUTO_DELETE_TAG) == "true":
            empty_bucket(bucket)


def empty_bucket(bucket: str) -> None:
    """Delete all objects, versions and delete markers of a bucket."""
    record = s3._buckets[bucket]
    for name, key in list(s3._object_versions):
        if name == bucket:
            for version in list(s3._object_versions[name, key]):
                s3._delete_object_version(record, bucket, key, version["version_id"])
    for key in list(record["objects"]):
        s3._purge_current_object(bucket, key, record)


class RestrictDefaultSecurityGroup:
    """Takes every rule out of a VPC's default security group."""

    def create(self, request: hooks.ResourceRequest) -> hooks.Resource:
        """Empty the group."""
        group_id = request.properties["DefaultSecurityGroupId"]
        group = ec2._security_groups.get(group_id)
        if group is None:
            raise ValueError(f"The security group '{group_id}' does not exist")
        group["IpPermissions"] = []
        group["IpPermissionsEgress"] = []
        return hooks.Resource(f"{group_id}-restricted")

    def update(self, resource_id: str, _previous: hooks.Properties, _request: hooks.ResourceRequest) -> hooks.Resource:
        """Leave the emptied group as it is."""
        return hooks.Resource(resource_id)

    def delete(self, resource_id: str, properties: hooks.Properties) -> None:
        """Leave the group empty: it goes with its VPC."""
