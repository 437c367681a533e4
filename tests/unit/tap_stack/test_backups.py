"""A database that outlives its stack is copied to a vault from which nobody deletes."""

import json

from tests.unit.tap_stack.workload import Workload


def test_plan_exists_only_where_a_stage_has_monthly_backups(stage: Workload) -> None:
    assert len(stage.raw("AWS::Backup::BackupPlan")) == (1 if stage.settings.monthly_backup_days else 0)


def test_plan_copies_the_database_daily_and_monthly(vaulted_stage: Workload) -> None:
    rules = vaulted_stage.the("AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
    settings = vaulted_stage.settings
    assert [(rule["RuleName"], rule["ScheduleExpression"], rule["Lifecycle"]["DeleteAfterDays"]) for rule in rules] == [
        ("daily", "cron(0 3 * * ? *)", settings.backup_days),
        ("monthly", "cron(0 4 1 * ? *)", settings.monthly_backup_days),
    ]
    (vault,) = vaulted_stage.raw("AWS::Backup::BackupVault")
    assert all(vault in json.dumps(rule["TargetBackupVault"]) for rule in rules)
    selection = vaulted_stage.the("AWS::Backup::BackupSelection")["BackupSelection"]
    (database,) = vaulted_stage.raw("AWS::RDS::DBInstance")
    assert f'{{"Ref": "{database}"}}' in json.dumps(selection["Resources"])
    (role,) = vaulted_stage.ids("AWS::IAM::Role", "Backups/Role")
    assert selection["IamRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}


def test_the_vault_is_under_the_stage_s_key_is_kept_and_refuses_deletion_to_everybody(vaulted_stage: Workload) -> None:
    ((_, vault),) = vaulted_stage.raw("AWS::Backup::BackupVault").items()
    assert (vault["DeletionPolicy"], vault["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert vault["Properties"]["EncryptionKeyArn"] == vaulted_stage.key()
    (denial,) = vault["Properties"]["AccessPolicy"]["Statement"]
    assert (denial["Effect"], denial["Principal"], denial["Resource"]) == ("Deny", {"AWS": "*"}, "*")
    assert set(denial["Action"]) == {"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}


def test_the_role_reaches_this_database_its_snapshots_and_nothing_else(vaulted_stage: Workload) -> None:
    (trust,) = vaulted_stage.the("AWS::IAM::Role", "Backups/Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    statements = [s for holder, found in vaulted_stage.policies() if holder.startswith("Backups/") for s in found]
    reached = {json.dumps(statement["Resource"]) for statement in statements}
    (database,) = vaulted_stage.raw("AWS::RDS::DBInstance")
    (vault,) = vaulted_stage.raw("AWS::Backup::BackupVault")
    assert all(any(name in arn for name in (database, vault, "Encryption", "snapshot:awsbackup:")) for arn in reached)
    (grant,) = [s for s in statements if s["Action"] == "kms:CreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
