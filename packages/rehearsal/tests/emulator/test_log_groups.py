from typing import Any

import pytest

from cdk_rehearsal.testing.harness import Account, Json, attribute, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def key(account: Account, *statements: Json) -> Json:
    root = {"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "kms:*", "Resource": "*"}
    return resource("AWS::KMS::Key", {"KeyPolicy": {"Version": "2012-10-17", "Statement": [root, *statements]}})


def logs_may(account: Account, group: str, service: str = "logs.us-east-1.amazonaws.com") -> Json:
    pattern = f"arn:aws:logs:us-east-1:{account.id}:log-group:{group}"
    return {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": pattern},
            "StringEquals": {"aws:SourceAccount": account.id},
        },
    }


def group(name: str | None = None, days: int = 7, **more: Any) -> Json:
    named = {"LogGroupName": name} if name else {}
    properties = {**named, "RetentionInDays": days, "KmsKeyId": attribute("Key", "Arn"), **more}
    return resource("AWS::Logs::LogGroup", properties)


def test_a_group_is_encrypted_under_a_key_whose_policy_lets_the_service_in(account: Account) -> None:
    keyed = key(account, logs_may(account, "*"))
    account.deploy("logs", {"Key": keyed, "Group": group()}, {"Key": attribute("Key", "Arn")})
    client = account.client("logs")
    (found,) = client.describe_log_groups()["logGroups"]
    assert (found["retentionInDays"], found["kmsKeyId"]) == (7, account.outputs("logs")["Key"])
    assert found["logGroupName"].startswith("logs-Group-")
    account.deploy("logs", {"Key": keyed, "Group": group(days=14)})
    (found,) = client.describe_log_groups()["logGroups"]
    assert found["retentionInDays"] == 14
    account.delete("logs")
    assert client.describe_log_groups()["logGroups"] == []


@pytest.mark.parametrize(
    ("allowed", "service"),
    [("other", "logs.us-east-1.amazonaws.com"), ("*", "logs.eu-west-1.amazonaws.com")],
)
def test_a_key_that_keeps_the_service_out_fails_the_group(account: Account, allowed: str, service: str) -> None:
    keyed = key(account, logs_may(account, allowed, service))
    account.deploy("logs", {"Key": keyed, "Group": group("mine")})
    assert "is not allowed to be used with Arn" in account.failures("logs")["Group"]


def test_a_key_that_is_about_to_go_fails_the_group(account: Account) -> None:
    arn = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    account.client("kms").schedule_key_deletion(KeyId=arn)
    account.deploy("logs", {"Group": group(KmsKeyId=arn)})
    assert "does not exist or is not allowed" in account.failures("logs")["Group"]


def test_a_name_that_is_taken_fails_the_group(account: Account) -> None:
    account.client("logs").create_log_group(logGroupName="mine")
    account.deploy("logs", {"Group": resource("AWS::Logs::LogGroup", {"LogGroupName": "mine"})})
    reason = "Resource of type 'AWS::Logs::LogGroup' with identifier 'mine' already exists."
    assert account.failures("logs") == {"Group": reason}
    (found,) = account.client("logs").describe_log_groups()["logGroups"]
    assert found["logGroupName"] == "mine"


def test_a_group_with_a_generated_name_keeps_it_and_its_streams_through_an_update(account: Account) -> None:
    account.deploy("logs", {"Group": resource("AWS::Logs::LogGroup")})
    name = account.physical_id("logs", "Group")
    client = account.client("logs")
    client.create_log_stream(logGroupName=name, logStreamName="kept")
    account.deploy("logs", {"Group": resource("AWS::Logs::LogGroup", {"RetentionInDays": 3})})
    assert account.physical_id("logs", "Group") == name
    (stream,) = client.describe_log_streams(logGroupName=name)["logStreams"]
    assert stream["logStreamName"] == "kept"


def test_another_name_replaces_the_group(account: Account) -> None:
    account.deploy("logs", {"Group": resource("AWS::Logs::LogGroup", {"LogGroupName": "first"})})
    account.deploy("logs", {"Group": resource("AWS::Logs::LogGroup", {"LogGroupName": "second"})})
    (found,) = account.client("logs").describe_log_groups()["logGroups"]
    assert found["logGroupName"] == "second"
