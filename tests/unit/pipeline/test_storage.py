"""What the pipeline keeps is encrypted with its own key, kept for a while, and closed to the public."""

import json
from collections.abc import Mapping

import pytest

from tests.synthesis import Resource, Template, of_type

Builds = Mapping[str, Resource]
CLOSED = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}


def only(template: Template, kind: str) -> tuple[str, Resource]:
    ((id_, resource),) = of_type(template, kind).items()
    return id_, resource


@pytest.fixture
def key(pipeline_template: Template) -> Resource:
    """How the template names the ARN of the delivery's key."""
    return {"Fn::GetAtt": [only(pipeline_template, "AWS::KMS::Key")[0], "Arn"]}


@pytest.fixture
def buckets(pipeline_template: Template) -> Mapping[str, tuple[str, Resource]]:
    """Logical id and resource of each bucket, by its construct's name."""
    return {
        resource["Metadata"]["aws:cdk:path"].split("/")[-2]: (id_, resource)
        for id_, resource in of_type(pipeline_template, "AWS::S3::Bucket").items()
    }


def test_the_key_rotates_and_outlives_the_stack(pipeline_template: Template) -> None:
    _, resource = only(pipeline_template, "AWS::KMS::Key")
    assert resource["Properties"]["EnableKeyRotation"] is True
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_logs_use_the_key_for_this_account_and_region_alone(pipeline_template: Template) -> None:
    _, resource = only(pipeline_template, "AWS::KMS::Key")
    (statement,) = (
        entry for entry in resource["Properties"]["KeyPolicy"]["Statement"] if "logs." in json.dumps(entry["Principal"])
    )
    here = ["arn:", "Partition", ":logs:", "Region", ":", "AccountId", ":log-group:*"]
    parts = [{"Ref": f"AWS::{part}"} if part.isalpha() else part for part in here]
    assert statement["Condition"] == {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": {"Fn::Join": ["", parts]}}}


def test_the_pipeline_keeps_artifacts_in_its_own_bucket_under_its_own_key(
    pipeline: Resource, buckets: Mapping[str, tuple[str, Resource]], key: Resource
) -> None:
    id_, resource = buckets["Bucket"]
    assert pipeline["ArtifactStore"] == {
        "EncryptionKey": {"Id": key, "Type": "KMS"},
        "Location": {"Ref": id_},
        "Type": "S3",
    }
    (rule,) = resource["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {
        "BucketKeyEnabled": True,
        "ServerSideEncryptionByDefault": {"KMSMasterKeyID": key, "SSEAlgorithm": "aws:kms"},
    }


def test_artifacts_are_versioned_logged_and_expire(buckets: Mapping[str, tuple[str, Resource]]) -> None:
    log_id, logs = buckets["AccessLogs"]
    properties = buckets["Bucket"][1]["Properties"]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["LoggingConfiguration"] == {
        "DestinationBucketName": {"Ref": log_id},
        "LogFilePrefix": "artifacts/",
    }
    (rule,) = properties["LifecycleConfiguration"]["Rules"]
    assert rule == {
        "Status": "Enabled",
        "ExpirationInDays": 90,
        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    (rule,) = logs["Properties"]["LifecycleConfiguration"]["Rules"]
    assert rule == {"Status": "Enabled", "ExpirationInDays": 90, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}}


def test_buckets_are_closed_to_the_public_and_outlive_the_stack(buckets: Mapping[str, tuple[str, Resource]]) -> None:
    assert set(buckets) == {"Bucket", "AccessLogs"}
    for _, resource in buckets.values():
        assert resource["Properties"]["PublicAccessBlockConfiguration"] == CLOSED
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_nothing_travels_without_tls(pipeline_template: Template, buckets: Mapping[str, tuple[str, Resource]]) -> None:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    policies = [*of_type(pipeline_template, "AWS::S3::BucketPolicy").values()]
    policies += of_type(pipeline_template, "AWS::SNS::TopicPolicy").values()
    assert len(policies) == len(buckets) + 1
    for policy in policies:
        statements = policy["Properties"]["PolicyDocument"]["Statement"]
        assert [entry["Effect"] for entry in statements if entry.get("Condition") == insecure] == ["Deny"]


def test_approval_messages_are_encrypted(pipeline_template: Template, key: Resource) -> None:
    _, topic = only(pipeline_template, "AWS::SNS::Topic")
    assert topic["Properties"]["KmsMasterKeyId"] == key


def test_builds_log_to_one_encrypted_group_for_a_quarter(
    pipeline_template: Template, builds: Builds, key: Resource
) -> None:
    id_, group = only(pipeline_template, "AWS::Logs::LogGroup")
    assert group["Properties"] == {
        "DeletionProtectionEnabled": True,
        "KmsKeyId": key,
        "RetentionInDays": 90,
    }
    assert group["DeletionPolicy"] == "Retain"
    for project in builds.values():
        assert project["LogsConfig"] == {"CloudWatchLogs": {"GroupName": {"Ref": id_}, "Status": "ENABLED"}}


def test_builds_encrypt_what_they_hand_on(builds: Builds, key: Resource) -> None:
    assert [project["EncryptionKey"] for project in builds.values()] == [key] * len(builds)
