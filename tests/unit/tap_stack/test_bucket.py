from typing import Any

import pytest

from tests.unit.tap_stack.workload import Workload


def policy(stage: Workload, bucket: str) -> list[Any]:
    return list(stage.the("AWS::S3::BucketPolicy", f"Storage/{bucket}")["PolicyDocument"]["Statement"])


@pytest.mark.parametrize("bucket", ["Data", "Logs"])
def test_a_bucket_is_versioned_private_and_answers_tls_only(stage: Workload, bucket: str) -> None:
    properties = stage.the("AWS::S3::Bucket", f"Storage/{bucket}")
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    (id_,) = stage.ids("AWS::S3::Bucket", f"Storage/{bucket}")
    arn = {"Fn::GetAtt": [id_, "Arn"]}
    denied = {
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Resource": [arn, {"Fn::Join": ["", [arn, "/*"]]}],
    }
    assert denied in policy(stage, bucket)


def test_data_is_encrypted_with_a_bucket_key_and_logs_as_s3_can_deliver_them(stage: Workload) -> None:
    (data,) = stage.the("AWS::S3::Bucket", "Storage/Data")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    (logs,) = stage.the("AWS::S3::Bucket", "Storage/Logs")["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert data["BucketKeyEnabled"] is True
    assert data["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert logs["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_who_asked_for_data_is_recorded_in_the_log_bucket(stage: Workload) -> None:
    logging = stage.the("AWS::S3::Bucket", "Storage/Data")["LoggingConfiguration"]
    (log_bucket,) = stage.ids("AWS::S3::Bucket", "Storage/Logs")
    assert logging == {"DestinationBucketName": {"Ref": log_bucket}, "LogFilePrefix": "s3/"}
    (delivery,) = (s for s in policy(stage, "Logs") if s["Principal"] == {"Service": "logging.s3.amazonaws.com"})
    assert delivery["Condition"]["StringEquals"] == {"aws:SourceAccount": stage.settings.account}


def test_old_versions_and_aborted_uploads_go(stage: Workload) -> None:
    for bucket in ("Data", "Logs"):
        (rule,) = stage.the("AWS::S3::Bucket", f"Storage/{bucket}")["LifecycleConfiguration"]["Rules"]
        assert rule["Status"] == "Enabled"
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] > 0
        assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7


def test_logs_go_after_the_stage_s_days_and_data_stays(stage: Workload) -> None:
    (logs,) = stage.the("AWS::S3::Bucket", "Storage/Logs")["LifecycleConfiguration"]["Rules"]
    (data,) = stage.the("AWS::S3::Bucket", "Storage/Data")["LifecycleConfiguration"]["Rules"]
    assert logs["ExpirationInDays"] == stage.settings.access_log_days
    assert "ExpirationInDays" not in data


def test_a_bucket_s_policy_lives_as_long_as_the_bucket(stage: Workload) -> None:
    for bucket in ("Data", "Logs"):
        (id_,) = stage.ids("AWS::S3::Bucket", f"Storage/{bucket}")
        (policy_id,) = stage.ids("AWS::S3::BucketPolicy", f"Storage/{bucket}")
        resources = stage.template["Resources"]
        assert resources[policy_id]["DeletionPolicy"].startswith(resources[id_]["DeletionPolicy"][:6])
        assert resources[policy_id]["UpdateReplacePolicy"] == resources[id_]["UpdateReplacePolicy"]
