from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, Json, attribute, ref, refused, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

KEY = resource(
    "AWS::KMS::Key",
    {
        "KeyPolicy": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}],
        }
    },
)
ENCRYPTED = {
    "ServerSideEncryptionConfiguration": [
        {
            "ServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms",
                "KMSMasterKeyID": attribute("Key", "Arn"),
            },
            "BucketKeyEnabled": True,
        }
    ]
}


def bucket(**properties: Any) -> Json:
    return {"Key": KEY, "Logs": resource("AWS::S3::Bucket"), "Bucket": resource("AWS::S3::Bucket", properties)}


def test_default_encryption_is_what_s3_answers_and_what_an_upload_gets(account: Account) -> None:
    account.deploy("data", bucket(BucketEncryption=ENCRYPTED), {"Key": attribute("Key", "Arn")})
    s3, name, key = account.client("s3"), account.physical_id("data", "Bucket"), account.outputs("data")["Key"]
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    assert rule["BucketKeyEnabled"] is True
    assert s3.put_object(Bucket=name, Key="k", Body=b"x")["SSEKMSKeyId"] == key
    account.deploy("data", bucket())
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_access_logs_go_where_the_template_says(account: Account) -> None:
    logging = {"DestinationBucketName": ref("Logs"), "LogFilePrefix": "access/"}
    account.deploy("data", bucket(LoggingConfiguration=logging))
    s3, name = account.client("s3"), account.physical_id("data", "Bucket")
    enabled = s3.get_bucket_logging(Bucket=name)["LoggingEnabled"]
    assert enabled == {"TargetBucket": account.physical_id("data", "Logs"), "TargetPrefix": "access/"}
    account.deploy("data", bucket())
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=name)


def test_access_logs_for_a_bucket_that_does_not_exist_fail(account: Account) -> None:
    account.deploy("data", bucket(LoggingConfiguration={"DestinationBucketName": "nobodys-bucket"}))
    assert "InvalidTargetBucketForLogging" in account.failures("data")["Bucket"]
    assert account.client("s3").list_buckets()["Buckets"] == []


def test_every_part_of_a_lifecycle_reaches_s3(account: Account) -> None:
    rules = [
        {
            "Id": "old",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        {
            "Id": "logs",
            "Status": "Enabled",
            "Prefix": "logs/",
            "TagFilters": [{"Key": "kind", "Value": "log"}],
            "ExpirationInDays": 365,
            "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 90}],
            "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER", "TransitionInDays": 60}],
        },
        {"Status": "Disabled", "ObjectSizeLessThan": 10, "NoncurrentVersionExpirationInDays": 5},
        {"Status": "Enabled", "TagFilters": [{"Key": "kind", "Value": "marker"}], "ExpiredObjectDeleteMarker": True},
    ]
    account.deploy("data", bucket(LifecycleConfiguration={"Rules": rules}))
    s3, name = account.client("s3"), account.physical_id("data", "Bucket")
    old, logs, small, marker = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert old["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3}
    assert old["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert old["Filter"] in ({}, {"Prefix": ""})  # AWS spells out that nothing is filtered
    both = logs["Filter"]["And"]
    assert (both["Prefix"], both["Tags"]) == ("logs/", [{"Key": "kind", "Value": "log"}])
    assert logs["Expiration"] == {"Days": 365}
    assert logs["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]
    assert logs["NoncurrentVersionTransitions"] == [{"NoncurrentDays": 60, "StorageClass": "GLACIER"}]
    assert (small["Status"], small["Filter"]) == ("Disabled", {"ObjectSizeLessThan": 10})
    assert small["NoncurrentVersionExpiration"] == {"NoncurrentDays": 5}
    assert marker["Filter"] == {"Tag": {"Key": "kind", "Value": "marker"}}
    assert marker["Expiration"] == {"ExpiredObjectDeleteMarker": True}
    account.deploy("data", bucket())
    code = refused(lambda: s3.get_bucket_lifecycle_configuration(Bucket=name))
    assert code == "NoSuchLifecycleConfiguration"


def test_versioning_ownership_public_access_and_tags_are_what_s3_answers(account: Account) -> None:
    closed = dict.fromkeys(("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True)
    resources = bucket(
        VersioningConfiguration={"Status": "Suspended"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
        PublicAccessBlockConfiguration=closed,
        Tags=[{"Key": "team", "Value": "tap"}],
    )
    account.deploy("data", resources, Tags=[{"Key": "stage", "Value": "dev"}])
    s3, name = account.client("s3"), account.physical_id("data", "Bucket")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Suspended"
    (rule,) = s3.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]["Rules"]
    assert rule == {"ObjectOwnership": "BucketOwnerPreferred"}
    assert s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"] == closed
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert (tags["team"], tags["stage"], tags["aws:cloudformation:logical-id"]) == ("tap", "dev", "Bucket")


def test_a_bucket_that_holds_an_object_keeps_its_stack_from_going(account: Account) -> None:
    account.deploy("data", bucket())
    name = account.physical_id("data", "Bucket")
    account.client("s3").put_object(Bucket=name, Key="k", Body=b"x")
    assert account.delete("data")["StackStatus"] == "DELETE_FAILED"
    assert account.failures("data") == {"Bucket": "BucketNotEmpty: The bucket you tried to delete is not empty"}
    account.client("s3").delete_object(Bucket=name, Key="k")
    assert account.delete("data") == {}


def test_a_bucket_that_somebody_else_deleted_is_no_obstacle(account: Account) -> None:
    account.deploy("data", bucket())
    account.client("s3").delete_bucket(Bucket=account.physical_id("data", "Bucket"))
    assert account.delete("data") == {}


def test_another_name_replaces_the_bucket(account: Account) -> None:
    first, second = f"first-{account.id}", f"second-{account.id}"
    account.deploy("data", bucket(BucketName=first))
    account.deploy("data", bucket(BucketName=second))
    names = [found["Name"] for found in account.client("s3").list_buckets()["Buckets"]]
    assert second in names
    assert first not in names
