"""By hand, what a deleted stack kept becomes a stack again."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cdk_rehearsal.testing.databases import OUTPUTS, connect, credentials, described, standing
from cdk_rehearsal.testing.harness import REGION, Account, Json, attribute, ref, resource, trust
from steps import adopt

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

QUEUE = {
    "Queue": resource("AWS::SQS::Queue", DeletionPolicy="Retain"),
    "QueuePolicy": resource(
        "AWS::SQS::QueuePolicy",
        {"Queues": [ref("Queue")], "PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
        DeletionPolicy="Retain",
    ),
}


@pytest.fixture
def by_hand(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Account:
    """An account, whose owner's credentials are those that boto3 finds."""
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
    monkeypatch.setenv("AWS_ENDPOINT_URL", account.config.endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account.id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", account.config.root(account.id)["SecretAccessKey"])
    monkeypatch.chdir(tmp_path)
    return account


def adopted(answer: str = "", **environment: str) -> Result:
    variables = {"STACK_NAME": "app", "STAGE_REGION": REGION, **environment}
    return CliRunner().invoke(adopt.main, env=variables, input=answer)


def monitored() -> Json:
    """A database that is kept with what it stands on, and monitored under a role that goes."""
    found = standing("Retain")
    found["Database"]["Properties"] |= {
        "DeletionProtection": True,
        "MonitoringInterval": 60,
        "MonitoringRoleArn": attribute("Role", "Arn"),
    }
    role = {"AssumeRolePolicyDocument": trust({"Service": "monitoring.rds.amazonaws.com"})}
    return {**found, **QUEUE, "Role": resource("AWS::IAM::Role", role)}


def test_a_database_is_adopted_with_all_that_it_stands_on_and_delivered_to_again(by_hand: Account) -> None:
    by_hand.deploy("app", monitored(), OUTPUTS)
    address, key, name = by_hand.outputs("app"), credentials(by_hand), described(by_hand)["DBName"]
    with connect(address, key["username"], key["password"], name) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    connection.close()
    assert by_hand.delete("app") == {}

    result = adopted("y\n")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"app in {by_hand.id} {REGION} kept:\n")
    assert "leave   QueuePolicy  no import of its type" in result.stdout
    assert "sets DeletionProtection of Database, which may have been switched off by hand" in result.stdout
    assert "sets MonitoringRoleArn of Database, which asks for Role.Arn, which is gone" in result.stdout
    assert (by_hand.stack("app") or {})["StackStatus"] == "IMPORT_COMPLETE"

    by_hand.deploy("app", monitored(), OUTPUTS)
    assert (by_hand.stack("app") or {})["StackStatus"] == "UPDATE_COMPLETE"
    assert by_hand.outputs("app") == address
    assert described(by_hand)["DeletionProtection"] is True
    with connect(address, key["username"], key["password"], name) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT n FROM kept")
        assert cursor.fetchone() == (7,)
    connection.close()


def test_nothing_happens_without_a_yes(by_hand: Account) -> None:
    by_hand.deploy("app", QUEUE)
    by_hand.delete("app")
    result = adopted("n\n")
    assert result.exit_code == 1
    assert by_hand.stack("app") is None


def test_the_newest_of_several_deleted_stacks_is_adopted(by_hand: Account) -> None:
    by_hand.deploy("app", {"Old": resource("AWS::S3::Bucket", DeletionPolicy="Retain")})
    by_hand.delete("app")
    by_hand.deploy("app", QUEUE)
    by_hand.delete("app")
    assert adopted(ADOPT="yes").exit_code == 0
    assert by_hand.physical_id("app", "Queue")


def test_a_stack_that_stands_or_never_stood_is_named(by_hand: Account) -> None:
    missing = adopted(ADOPT="yes")
    assert missing.exit_code == 2
    assert "was never deleted, or too long ago" in missing.stderr
    by_hand.deploy("app", QUEUE)
    there = adopted(ADOPT="yes")
    assert there.exit_code == 2
    assert "exists (CREATE_COMPLETE); adopt when it is deleted. Nothing was changed." in there.stderr


def test_first_deployment_that_failed_is_adopted_and_delivered_to_again(by_hand: Account) -> None:
    never = {"Never": resource("AWS::SQS::Queue", {"QueueName": "never"}, DependsOn="Broken")}
    broken = {"Broken": resource("AWS::Logs::LogGroup", {"LogGroupName": "taken"}, DependsOn="Database")}
    emptied = {"Emptied": resource("AWS::S3::Bucket", DeletionPolicy="RetainExceptOnCreate", DependsOn="Key")}
    by_hand.client("logs").create_log_group(logGroupName="taken")
    failed = by_hand.deploy("app", {**monitored(), **broken, **never, **emptied}, OUTPUTS)
    assert failed["StackStatus"] == "ROLLBACK_COMPLETE"
    assert by_hand.client("s3").list_buckets()["Buckets"] == []
    assert described(by_hand)["DeletionProtection"] is True

    result = adopted("y\n")
    assert result.exit_code == 0, result.output
    assert "Its first deployment failed: the stack (ROLLBACK_COMPLETE) has no resources" in result.stdout
    assert (by_hand.stack("app") or {})["StackStatus"] == "IMPORT_COMPLETE"
    by_hand.deploy("app", {**monitored(), **emptied}, OUTPUTS)
    assert (by_hand.stack("app") or {})["StackStatus"] == "UPDATE_COMPLETE"


def test_first_deployment_that_failed_stays_as_it_is_without_a_yes(by_hand: Account) -> None:
    by_hand.client("logs").create_log_group(logGroupName="taken")
    broken = {"Broken": resource("AWS::Logs::LogGroup", {"LogGroupName": "taken"}, DependsOn="Queue")}
    by_hand.deploy("app", {**QUEUE, **broken})
    assert adopted("n\n").exit_code == 1
    assert (by_hand.stack("app") or {})["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_stack_that_kept_nothing_has_nothing_to_adopt(by_hand: Account) -> None:
    by_hand.deploy("app", {"Bucket": resource("AWS::S3::Bucket")})
    by_hand.delete("app")
    result = adopted(ADOPT="yes")
    assert (result.exit_code, "kept nothing" in result.stderr) == (2, True)


def test_data_that_can_t_be_imported_is_not_left_aside(by_hand: Account) -> None:
    by_hand.deploy("app", {"Secret": resource("AWS::SecretsManager::Secret", DeletionPolicy="Retain"), **QUEUE})
    by_hand.delete("app")
    result = adopted(ADOPT="yes")
    assert result.exit_code == 2
    assert "Secret (AWS::SecretsManager::Secret) of app" in result.stderr
    assert by_hand.stack("app") is None


def test_an_import_that_cloudformation_refuses_leaves_no_stack_behind(by_hand: Account) -> None:
    by_hand.deploy("app", QUEUE)
    url = by_hand.physical_id("app", "Queue")
    by_hand.delete("app")
    by_hand.client("sqs").delete_queue(QueueUrl=url)
    result = adopted(ADOPT="yes")
    assert result.exit_code == 2
    assert "was not found" in result.stderr
    assert by_hand.stack("app") is None


def test_an_account_that_does_not_answer_is_one_line(by_hand: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODYSKEY")
    result = adopted(ADOPT="yes")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"app in {REGION}: ")
    assert result.stderr.count("\n") == 1
