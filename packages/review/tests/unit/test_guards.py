"""A reviewer is told of every protection that a change takes away, and of none that it leaves or adds."""

import copy
from pathlib import Path
from typing import Any

import pytest
from tests.unit.comparing import STACK, built, reviewed, stage_of

from cdk_review.comparing.guards import RULES
from delivery_testing.assemblies import resource, template

CASES: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("AWS::S3::Bucket", {"BucketEncryption": {"Rules": []}}, {}, "encryption"),
    (
        "AWS::S3::Bucket",
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
        {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False}},
        "public access block (BlockPublicAcls)",
    ),
    (
        "AWS::S3::Bucket",
        {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True}},
        {},
        "public access block (RestrictPublicBuckets)",
    ),
    ("AWS::S3::Bucket", {"VersioningConfiguration": {"Status": "Enabled"}}, {}, "versioning"),
    ("AWS::S3::Bucket", {"LoggingConfiguration": {}}, {}, "access logs"),
    ("AWS::RDS::DBInstance", {"StorageEncrypted": True}, {"StorageEncrypted": False}, "encryption"),
    ("AWS::RDS::DBInstance", {"KmsKeyId": "k"}, {}, "its own key"),
    ("AWS::RDS::DBInstance", {"DeletionProtection": True}, {}, "deletion protection"),
    ("AWS::RDS::DBInstance", {}, {"PubliclyAccessible": True}, "privacy"),
    ("AWS::RDS::DBInstance", {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 1}, "days of backups"),
    ("AWS::RDS::DBInstance", {"BackupRetentionPeriod": 7}, {}, "days of backups"),
    ("AWS::KMS::Key", {"EnableKeyRotation": True}, {"EnableKeyRotation": False}, "key rotation"),
    ("AWS::Logs::LogGroup", {"KmsKeyId": "k"}, {}, "encryption"),
    ("AWS::Logs::LogGroup", {"RetentionInDays": 365}, {"RetentionInDays": 7}, "days of logs"),
    ("AWS::Logs::LogGroup", {}, {"RetentionInDays": 7}, "days of logs"),
    ("AWS::SNS::Topic", {"KmsMasterKeyId": "k"}, {}, "encryption"),
    ("AWS::SQS::Queue", {"KmsMasterKeyId": "k"}, {}, "encryption"),
    ("AWS::EC2::Subnet", {}, {"MapPublicIpOnLaunch": True}, "privacy of instances"),
    (
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"WebACLId": "w"}},
        {"DistributionConfig": {}},
        "web application firewall",
    ),
    (
        "AWS::CloudFront::Distribution",
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "https-only"}}},
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}},
        "HTTPS only",
    ),
    ("AWS::Lambda::Url", {"AuthType": "AWS_IAM"}, {"AuthType": "NONE"}, "authentication"),
]


def one(type_: str, properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return template(It=resource(type_, f"{STACK}/It/Resource", properties, **more))


@pytest.mark.parametrize(("type_", "before", "after", "protection"), CASES)
def test_what_protected_and_no_longer_does_is_named(
    tmp_path: Path, type_: str, before: dict[str, Any], after: dict[str, Any], protection: str
) -> None:
    lost = reviewed(tmp_path / "lost", one(type_, before), one(type_, after)).guards
    assert [(item.path, item.protection) for item in lost] == [(f"{STACK}/It/Resource", protection)]
    gained = reviewed(tmp_path / "gained", one(type_, after), one(type_, before)).guards
    assert gained == ()


def test_each_protection_that_is_looked_after_has_such_a_case() -> None:
    untested = {(rule.type, rule.protection) for rule in RULES} - {(case[0], case[3]) for case in CASES}
    assert untested == {
        ("AWS::S3::Bucket", f"public access block ({name})") for name in ("BlockPublicPolicy", "IgnorePublicAcls")
    }


@pytest.mark.parametrize("before", ["Retain", "RetainExceptOnCreate", "Snapshot"])
@pytest.mark.parametrize("after", [None, "Delete"])
def test_data_that_is_no_longer_kept_is_named(tmp_path: Path, before: str, after: str | None) -> None:
    kept = one("AWS::S3::Bucket", {}, DeletionPolicy=before, UpdateReplacePolicy=before)
    policies = {} if after is None else {"DeletionPolicy": after, "UpdateReplacePolicy": after}
    lost = reviewed(tmp_path, kept, one("AWS::S3::Bucket", {}, **policies)).guards
    assert [(item.protection, item.before, item.after) for item in lost] == [
        ("retention when deleted", before, after),
        ("retention when replaced", before, after),
    ]


def test_a_stack_that_may_be_deleted_again_is_named(tmp_path: Path) -> None:
    document = one("AWS::SNS::Topic", {})
    base = stage_of(tmp_path / "base", document, protected=True)
    report = built(tmp_path, base, stage_of(tmp_path / "head", document))
    assert [(item.path, item.protection) for item in report.guards] == [(STACK, "termination protection")]
    again = built(tmp_path, base, stage_of(tmp_path / "again", document, protected=True))
    assert again.guards == ()


def test_a_resource_that_becomes_another_is_no_lost_protection(tmp_path: Path) -> None:
    before = one("AWS::SNS::Topic", {"KmsMasterKeyId": "k"})
    assert reviewed(tmp_path, before, one("AWS::SQS::Queue", {})).guards == ()


def test_properties_of_another_shape_are_no_error(tmp_path: Path) -> None:
    before = one("AWS::S3::Bucket", {"PublicAccessBlockConfiguration": {"Fn::If": ["a", {}, {}]}})
    after = copy.deepcopy(before)
    after["Resources"]["It"]["Properties"]["PublicAccessBlockConfiguration"] = "odd"
    assert reviewed(tmp_path, before, after).guards == ()
