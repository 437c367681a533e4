"""Checks of a stage that has just been deployed, driven by its outputs alone."""

import json
from collections.abc import Callable
from typing import Any

from tests.live.conftest import Stage

Look = Callable[[str], Any]


def test_the_function_says_hello_and_reaches_its_bucket(stage: Stage, look: Look) -> None:
    answer = look("lambda").invoke(FunctionName=stage.function, Payload=b"{}")
    said = json.load(answer["Payload"])
    assert "FunctionError" not in answer, said
    assert said["statusCode"] == 200, said
    assert "Hello from Lambda!" in said["body"]
    assert stage.bucket in said["body"]


def test_the_database_is_up_encrypted_and_private(stage: Stage, look: Look) -> None:
    found = look("rds").describe_db_instances(DBInstanceIdentifier=stage.database)["DBInstances"][0]
    assert found["DBInstanceStatus"] == "available"
    assert found["Engine"] == "postgres"
    assert found["StorageEncrypted"]
    assert not found["PubliclyAccessible"]


def test_the_bucket_is_versioned_encrypted_and_not_public(stage: Stage, look: Look) -> None:
    s3 = look("s3")
    assert s3.get_bucket_versioning(Bucket=stage.bucket)["Status"] == "Enabled"
    blocked = s3.get_public_access_block(Bucket=stage.bucket)["PublicAccessBlockConfiguration"]
    assert all(blocked.values()), blocked
    rules = s3.get_bucket_encryption(Bucket=stage.bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] == ["aws:kms"]
