"""A backup plan knows what it copies for as long as the selection is in the stack."""

import pytest
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator.extensions.backup_selections import TYPE
from cdk_rehearsal.testing.harness import Account, Json, ref, resource

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

DATABASE = "arn:aws:rds:us-east-1:222222222222:db:orders"


def planned(name: str = "database") -> Json:
    rule = {"RuleName": "daily", "TargetBackupVault": ref("Vault"), "ScheduleExpression": "cron(0 3 * * ? *)"}
    selection = {"SelectionName": name, "IamRoleArn": "arn:aws:iam::222222222222:role/copy", "Resources": [DATABASE]}
    return {
        "Vault": resource("AWS::Backup::BackupVault", {"BackupVaultName": "kept"}),
        "Plan": resource(
            "AWS::Backup::BackupPlan", {"BackupPlan": {"BackupPlanName": "plan", "BackupPlanRule": [rule]}}
        ),
        "Selection": resource(TYPE, {"BackupPlanId": ref("Plan"), "BackupSelection": selection}),
    }


def test_a_plan_knows_what_it_copies_until_the_selection_goes(account: Account) -> None:
    account.deploy("app", planned())
    client, plan = account.client("backup"), account.physical_id("app", "Plan")

    def selected() -> list[list[str]]:
        found = client.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
        one = [client.get_backup_selection(BackupPlanId=plan, SelectionId=each["SelectionId"]) for each in found]
        return [[each["BackupSelection"]["SelectionName"], *each["BackupSelection"]["Resources"]] for each in one]

    assert selected() == [["database", DATABASE]]
    assert account.physical_id("app", "Selection").endswith(f"_{plan}")
    account.deploy("app", planned("renamed"))
    assert selected() == [["renamed", DATABASE]]
    more = {**planned("renamed")["Selection"]["Properties"], "Tags": []}
    account.deploy("app", {**planned("renamed"), "Selection": resource(TYPE, more)})
    assert selected() == [["renamed", DATABASE]]
    without = planned()
    del without["Selection"]
    account.deploy("app", without)
    assert selected() == []


def test_a_selection_for_no_plan_fails(account: Account) -> None:
    lost = {"Selection": resource(TYPE, {"BackupPlanId": "none", "BackupSelection": {"SelectionName": "a"}})}
    account.deploy("app", lost)
    assert "Plan 'none' not found" in account.failures("app")["Selection"]


def test_the_emulator_does_not_know_it_by_itself() -> None:
    assert TYPE not in provisioners._RESOURCE_HANDLERS
