"""S3 buckets: the properties that MiniStack's CloudFormation drops, and a deletion that refuses what S3 refuses."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Mapping
from typing import Any

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.answers import require, xml

TYPE = "AWS::S3::Bucket"
# CloudFormation's spelling of a lifecycle rule's parts, and S3's.
EXPIRATION = {
    "ExpirationInDays": "Days",
    "ExpirationDate": "Date",
    "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
}
TRANSITION = {"TransitionInDays": "Days", "TransitionDate": "Date", "StorageClass": "StorageClass"}
NONCURRENT_TRANSITION = {
    "TransitionInDays": "NoncurrentDays",
    "NewerNoncurrentVersions": "NewerNoncurrentVersions",
    "StorageClass": "StorageClass",
}


def install(_config: EmulatorConfig) -> None:
    """Extend the type."""
    provisioners._STACK_TAG_PROPERTY[TYPE] = ("Tags", "list")
    provisioners._REPLACING_PROPERTIES[TYPE] = ("BucketName",)
    hooks.extend_resource_type(TYPE, applied=apply, removing=remove)


def apply(bucket: str, properties: hooks.Properties, _attributes: Mapping[str, Any]) -> None:
    """Put the bucket's configurations through S3's own handlers; what the template lacks is taken away."""
    if "BucketEncryption" in properties:
        require(s3._put_bucket_encryption(bucket, encryption(properties["BucketEncryption"])))
    else:
        s3._delete_bucket_encryption(bucket)
    if "LifecycleConfiguration" in properties:
        require(s3._put_bucket_lifecycle(bucket, lifecycle(properties["LifecycleConfiguration"])))
    else:
        s3._delete_bucket_lifecycle(bucket)
    if "LoggingConfiguration" in properties:
        require(s3._put_bucket_logging(bucket, logging(bucket, properties["LoggingConfiguration"])))
    else:
        s3._bucket_logging_config.pop(bucket, None)
    if "OwnershipControls" in properties:
        rules = [{"ObjectOwnership": rule["ObjectOwnership"]} for rule in properties["OwnershipControls"]["Rules"]]
        require(s3._put_bucket_ownership_controls(bucket, xml("OwnershipControls", {"Rule": rules})))
    if "VersioningConfiguration" in properties:
        status = {"Status": properties["VersioningConfiguration"]["Status"]}
        require(s3._put_bucket_versioning(bucket, xml("VersioningConfiguration", status)))
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in properties.get("Tags", [])]
    require(s3._put_bucket_tagging(bucket, xml("Tagging", {"TagSet": {"Tag": tags}})))


def remove(bucket: str, _properties: hooks.Properties) -> None:
    """Delete the bucket as S3 does: not while it holds an object or a version."""
    if bucket in s3._buckets:
        require(s3._delete_bucket(bucket))


def encryption(configuration: hooks.Properties) -> bytes:
    """Return the body of PutBucketEncryption for a ``BucketEncryption`` property."""
    rules = []
    for rule in configuration["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault", {})
        named = {name: default[name] for name in ("SSEAlgorithm", "KMSMasterKeyID") if name in default}
        bucket_key = str(rule.get("BucketKeyEnabled", False)).lower()
        rules.append({"ApplyServerSideEncryptionByDefault": named, "BucketKeyEnabled": bucket_key})
    return xml("ServerSideEncryptionConfiguration", {"Rule": rules})


def logging(bucket: str, configuration: hooks.Properties) -> bytes:
    """Return the body of PutBucketLogging; a target that does not exist is refused, as S3 refuses it."""
    target = configuration.get("DestinationBucketName", bucket)
    if target not in s3._buckets:
        raise ValueError(f"InvalidTargetBucketForLogging: The target bucket for logging does not exist: {target}")
    enabled = {"TargetBucket": target, "TargetPrefix": configuration.get("LogFilePrefix", "")}
    return xml("BucketLoggingStatus", {"LoggingEnabled": enabled})


def lifecycle(configuration: hooks.Properties) -> bytes:
    """Return the body of PutBucketLifecycleConfiguration for a ``LifecycleConfiguration`` property."""
    return xml("LifecycleConfiguration", {"Rule": [lifecycle_rule(rule) for rule in configuration["Rules"]]})


def lifecycle_rule(rule: hooks.Properties) -> dict[str, Any]:
    """Translate one rule from CloudFormation's spelling to S3's."""
    translated: dict[str, Any] = {"ID": rule["Id"]} if "Id" in rule else {}
    translated |= {"Filter": lifecycle_filter(rule), "Status": rule["Status"]}
    expiration = _spelled(rule, EXPIRATION)
    if expiration:
        translated["Expiration"] = expiration
    noncurrent = rule.get("NoncurrentVersionExpiration") or {
        "NoncurrentDays": rule.get("NoncurrentVersionExpirationInDays")
    }
    if noncurrent["NoncurrentDays"]:
        translated["NoncurrentVersionExpiration"] = noncurrent
    if "Transitions" in rule:
        translated["Transition"] = [_spelled(move, TRANSITION) for move in rule["Transitions"]]
    if "NoncurrentVersionTransitions" in rule:
        moves = [_spelled(move, NONCURRENT_TRANSITION) for move in rule["NoncurrentVersionTransitions"]]
        translated["NoncurrentVersionTransition"] = moves
    if "AbortIncompleteMultipartUpload" in rule:
        translated["AbortIncompleteMultipartUpload"] = rule["AbortIncompleteMultipartUpload"]
    return translated


def lifecycle_filter(rule: hooks.Properties) -> dict[str, Any]:
    """Return the filter of a rule: one condition by itself, several under ``And``."""
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters", [])]
    conditions: dict[str, Any] = {
        name: rule[name] for name in ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan") if name in rule
    }
    if len(conditions) + len(tags) > 1:
        return {"And": {**conditions, "Tag": tags}}
    return {**conditions, **({"Tag": tags} if tags else {})} or {"Prefix": ""}


def _spelled(properties: hooks.Properties, names: Mapping[str, str]) -> dict[str, Any]:
    return {api: properties[own] for own, api in names.items() if own in properties}
