"""Prod's database is copied to a vault from which nobody deletes."""

import json

from tests.unit.tap_stack.workload import Workload


def test_prod_copies_its_database_every_day_and_every_month_and_dev_does_not(dev: Workload, prod: Workload) -> None:
    assert dev.raw("AWS::Backup::BackupPlan") == {}
    rules = prod.the("AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
    assert [(rule["RuleName"], rule["ScheduleExpression"], rule["Lifecycle"]["DeleteAfterDays"]) for rule in rules] == [
        ("daily", "cron(0 3 * * ? *)", 35),
        ("monthly", "cron(0 4 1 * ? *)", 365),
    ]
    (vault,) = prod.raw("AWS::Backup::BackupVault")
    assert all(vault in json.dumps(rule["TargetBackupVault"]) for rule in rules)
    selection = prod.the("AWS::Backup::BackupSelection")["BackupSelection"]
    (database,) = prod.raw("AWS::RDS::DBInstance")
    assert f'{{"Ref": "{database}"}}' in json.dumps(selection["Resources"])
    (role,) = prod.ids("AWS::IAM::Role", "Backups/Role")
    assert selection["IamRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}


def test_the_vault_is_under_the_stage_s_key_is_kept_and_refuses_deletion_to_everybody(prod: Workload) -> None:
    ((_, vault),) = prod.raw("AWS::Backup::BackupVault").items()
    assert (vault["DeletionPolicy"], vault["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert vault["Properties"]["EncryptionKeyArn"] == prod.key()
    (denial,) = vault["Properties"]["AccessPolicy"]["Statement"]
    assert (denial["Effect"], denial["Principal"], denial["Resource"]) == ("Deny", {"AWS": "*"}, "*")
    assert set(denial["Action"]) == {"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}


def test_the_role_reaches_this_database_its_snapshots_and_nothing_else(prod: Workload) -> None:
    (trust,) = prod.the("AWS::IAM::Role", "Backups/Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    statements = [s for holder, found in prod.policies() if holder.startswith("Backups/") for s in found]
    reached = {json.dumps(statement["Resource"]) for statement in statements}
    (database,) = prod.raw("AWS::RDS::DBInstance")
    (vault,) = prod.raw("AWS::Backup::BackupVault")
    assert all(any(name in arn for name in (database, vault, "Encryption", "snapshot:awsbackup:")) for arn in reached)
    (grant,) = [s for s in statements if s["Action"] == "kms:CreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
