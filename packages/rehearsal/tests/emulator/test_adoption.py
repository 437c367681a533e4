"""What a deleted stack kept is imported into a new one, and delivered to as before."""

import json
from typing import Any

import pytest
from ministack.services.cloudformation import changesets, provisioners

from cdk_rehearsal.emulator.extensions.adoptions import ADOPTABLE
from cdk_rehearsal.testing.databases import OUTPUTS, connect, credentials, described, managed
from cdk_rehearsal.testing.harness import Account, Json, attribute, resource, wait_for

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

IDENTIFIERS = {
    "Key": "KeyId",
    "Bucket": "BucketName",
    "Database": "DBInstanceIdentifier",
    "Logs": "LogGroupName",
}
ALL_OUTPUTS = {
    **OUTPUTS,
    "Arn": attribute("Database", "DBInstanceArn"),
    "ResourceId": attribute("Database", "DbiResourceId"),
    "Secret": attribute("Database", "MasterUserSecret.SecretArn"),
}


def kept(days: int = 7) -> Json:
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": attribute("Key", "Arn")}
    rules = {"ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": encryption}]}
    found = {
        "Key": resource("AWS::KMS::Key", {"Description": "of all data"}),
        "Bucket": resource("AWS::S3::Bucket", {"BucketEncryption": rules}),
        **managed(StorageEncrypted=True, KmsKeyId=attribute("Key", "Arn"), BackupRetentionPeriod=days),
        "Logs": resource("AWS::Logs::LogGroup", {"LogGroupName": "/kept", "RetentionInDays": days}),
    }
    return {id_: {**each, "DeletionPolicy": "Retain"} for id_, each in found.items()}


def propose_import(
    account: Account, resources: Json, physical_ids: dict[str, str], keys: dict[str, str] = IDENTIFIERS
) -> Json:
    client = account.client("cloudformation")
    client.create_change_set(
        StackName="app",
        ChangeSetName="adopt",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps({"Resources": resources}),
        Capabilities=["CAPABILITY_IAM"],
        ResourcesToImport=[
            {
                "ResourceType": resources[id_]["Type"],
                "LogicalResourceId": id_,
                "ResourceIdentifier": {keys[id_]: physical_id},
            }
            for id_, physical_id in physical_ids.items()
        ],
    )

    def finished() -> Any:
        found = client.describe_change_set(StackName="app", ChangeSetName="adopt")
        return found if found["Status"] in ("CREATE_COMPLETE", "FAILED") else None

    proposed: Json = wait_for(finished)
    return proposed


def execute(account: Account) -> None:
    client = account.client("cloudformation")
    client.execute_change_set(StackName="app", ChangeSetName="adopt")

    def imported() -> bool:
        (stack,) = client.describe_stacks(StackName="app")["Stacks"]
        return bool(stack["StackStatus"] == "IMPORT_COMPLETE")

    wait_for(imported)


def test_kept_data_outlives_its_stack_is_adopted_by_the_next_and_stays_through_its_updates(account: Account) -> None:
    account.deploy("app", kept(), ALL_OUTPUTS)
    address, key, name = account.outputs("app"), credentials(account), described(account)["DBName"]
    ids = {id_: account.physical_id("app", id_) for id_ in IDENTIFIERS}
    s3 = account.client("s3")
    s3.put_object(Bucket=ids["Bucket"], Key="order", Body=b"seven")
    with connect(address, key["username"], key["password"], name) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    connection.close()

    def data() -> tuple[bytes, int]:
        reader = connect(address, key["username"], key["password"], name)
        with reader.cursor() as cursor:
            cursor.execute("SELECT n FROM kept")
            (row,) = cursor.fetchall()
        reader.close()
        return s3.get_object(Bucket=ids["Bucket"], Key="order")["Body"].read(), row[0]

    account.delete("app")
    assert data() == (b"seven", 7)

    proposed = propose_import(account, kept(), ids)
    assert proposed["Status"] == "CREATE_COMPLETE", proposed.get("StatusReason")
    actions = {
        each["ResourceChange"]["LogicalResourceId"]: each["ResourceChange"]["Action"] for each in proposed["Changes"]
    }
    assert actions == dict.fromkeys(IDENTIFIERS, "Import")
    execute(account)
    assert {id_: account.physical_id("app", id_) for id_ in IDENTIFIERS} == ids

    account.deploy("app", kept(), ALL_OUTPUTS)
    assert account.outputs("app") == address

    account.deploy("app", kept(days=30), ALL_OUTPUTS)
    assert {id_: account.physical_id("app", id_) for id_ in IDENTIFIERS} == ids
    assert account.outputs("app") == address
    assert described(account)["BackupRetentionPeriod"] == 30
    (group,) = account.client("logs").describe_log_groups(logGroupNamePrefix="/kept")["logGroups"]
    assert group["retentionInDays"] == 30
    assert data() == (b"seven", 7)


@pytest.mark.parametrize("kind", ADOPTABLE)
def test_what_is_not_there_can_t_be_adopted(account: Account, kind: str) -> None:
    found = {"Kept": resource(kind, DeletionPolicy="Retain")}
    with_keys = account.client("cloudformation").get_template_summary(TemplateBody=json.dumps({"Resources": found}))
    ((key,),) = [each["ResourceIdentifiers"] for each in with_keys["ResourceIdentifierSummaries"]]
    proposed = propose_import(account, found, {"Kept": "nobody"}, {"Kept": key})
    assert proposed["Status"] == "FAILED"
    assert "nobody' was not found" in proposed["StatusReason"]


@pytest.mark.parametrize("kind", ADOPTABLE)
def test_the_emulator_does_not_know_it_by_itself(kind: str) -> None:
    assert kind not in changesets._IMPORT_LOOKUPS
    assert "import" not in provisioners._RESOURCE_HANDLERS[kind]
