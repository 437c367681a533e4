"""A database that outlives its stack is copied to a vault from which nobody deletes."""

import itertools
import json

from tests.unit.tap_stack.workload import Workload


def test_plan_exists_only_where_a_stage_has_monthly_backups(stage: Workload) -> None:
    assert len(stage.raw("AWS::Backup::BackupPlan")) == (1 if stage.settings.monthly_backup_days else 0)


def test_plan_copies_the_database_daily_and_monthly(vaulted_stage: Workload) -> None:
    rules = vaulted_stage.the("AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]
    settings = vaulted_stage.settings
    assert [(rule["RuleName"], rule["ScheduleExpression"], rule["Lifecycle"]["DeleteAfterDays"]) for rule in rules] == [
        ("daily", "cron(0 3 * * ? *)", settings.backup_days),
        ("monthly", "cron(0 5 1 * ? *)", settings.monthly_backup_days),
    ]
    (vault,) = vaulted_stage.raw("AWS::Backup::BackupVault")
    assert all(vault in json.dumps(rule["TargetBackupVault"]) for rule in rules)
    selection = vaulted_stage.the("AWS::Backup::BackupSelection")["BackupSelection"]
    (database,) = vaulted_stage.raw("AWS::RDS::DBInstance")
    assert f'{{"Ref": "{database}"}}' in json.dumps(selection["Resources"])
    (role,) = vaulted_stage.ids("AWS::IAM::Role", "Backups/Role")
    assert selection["IamRoleArn"] == {"Fn::GetAtt": [role, "Arn"]}


def test_vault_is_encrypted_retained_and_refuses_every_deletion(vaulted_stage: Workload) -> None:
    ((_, vault),) = vaulted_stage.raw("AWS::Backup::BackupVault").items()
    assert (vault["DeletionPolicy"], vault["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")
    assert vault["Properties"]["EncryptionKeyArn"] == vaulted_stage.key()
    (denial,) = vault["Properties"]["AccessPolicy"]["Statement"]
    assert (denial["Effect"], denial["Principal"], denial["Resource"]) == ("Deny", {"AWS": "*"}, "*")
    assert set(denial["Action"]) == {"backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"}


def test_the_role_reaches_this_database_its_snapshots_and_nothing_else(vaulted_stage: Workload) -> None:
    (trust,) = vaulted_stage.the("AWS::IAM::Role", "Backups/Role")["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    statements = [s for holder, found in vaulted_stage.policies() if holder.startswith("Backups/") for s in found]
    everywhere = [s["Action"] for s in statements if s["Resource"] == "*"]
    assert everywhere == [["rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:ListTagsForResource"]]
    statements = [s for s in statements if s["Resource"] != "*"]
    reached = {json.dumps(statement["Resource"]) for statement in statements}
    (database,) = vaulted_stage.raw("AWS::RDS::DBInstance")
    (vault,) = vaulted_stage.raw("AWS::Backup::BackupVault")
    assert all(any(name in arn for name in (database, vault, "Encryption", "snapshot:awsbackup:")) for arn in reached)
    (grant,) = [s for s in statements if s["Action"] == "kms:CreateGrant"]
    assert grant["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def minutes(time: str) -> int:
    hours, _, rest = time.partition(":")
    return int(hours) * 60 + int(rest)


def test_backup_jobs_overlap_neither_each_other_nor_rds_windows(vaulted_stage: Workload) -> None:
    database = vaulted_stage.the("AWS::RDS::DBInstance")
    backed_up = [minutes(time) for time in database["PreferredBackupWindow"].split("-")]
    maintained = [minutes(time[4:]) for time in database["PreferredMaintenanceWindow"].split("-")]
    jobs = []
    for rule in vaulted_stage.the("AWS::Backup::BackupPlan")["BackupPlan"]["BackupPlanRule"]:
        minute, hour = rule["ScheduleExpression"].removeprefix("cron(").split()[:2]
        start = int(hour) * 60 + int(minute)
        assert rule["StartWindowMinutes"] + 60 <= rule["CompletionWindowMinutes"]
        jobs.append([start, start + rule["CompletionWindowMinutes"]])
    # RDS's own backup is over an hour before the first job, and maintenance starts an hour after the last.
    spans = sorted([[backed_up[0], backed_up[1] + 60], *jobs, [maintained[0] - 60, maintained[1]]])
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans)), spans
    assert spans[0][0] < spans[-1][1] < 24 * 60


def test_role_of_backup_is_retained_with_the_vault(vaulted_stage: Workload) -> None:
    for kind, number in (("AWS::IAM::Role", 1), ("AWS::IAM::ManagedPolicy", 2)):
        ids = vaulted_stage.ids(kind, "Backups/")
        assert len(ids) == number
        assert {vaulted_stage.raw(kind)[id_].get("DeletionPolicy") for id_ in ids} == {"RetainExceptOnCreate"}
