"""This repository's own delivery: from a push to the last stage, and what is left when stages are deleted.

The steps of one story, in order: each builds on what the one before has deployed.
"""

import json
import subprocess
import sys
from functools import partial
from typing import Any

import botocore.exceptions
import psycopg2
import pytest

from cdk_rehearsal.driver.access import write_access
from cdk_rehearsal.testing.worlds import ELSEWHERE, HOME, World, committed, results
from tests.delivery.leftovers import leftovers
from tests.delivery.own import DISPOSABLE, RETAINED, STAGES, expected
from tests.synthesis import command_environ

pytestmark = [pytest.mark.enable_socket]

STACKS = {stage.account: stage.stack_name for stage in STAGES}
DISPOSED, KEPT = DISPOSABLE.account, RETAINED.account


def outputs(world: World, account: str) -> dict[str, str]:
    stack = world.client("cloudformation", account).describe_stacks(StackName=STACKS[account])["Stacks"][0]
    return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}


def connect(world: World, account: str) -> "psycopg2.extensions.connection":
    secret_id = outputs(world, account)["DatabaseSecretArn"]
    secret = json.loads(world.client("secretsmanager", account).get_secret_value(SecretId=secret_id)["SecretString"])
    found = world.client("rds", account).describe_db_instances(DBInstanceIdentifier=STACKS[account])["DBInstances"][0]
    return psycopg2.connect(
        host=found["Endpoint"]["Address"],
        port=found["Endpoint"]["Port"],
        dbname=found["DBName"],
        user=secret["username"],
        password=secret["password"],
    )


def test_failed_first_deployment_of_a_retained_stage_is_imported(tap: World) -> None:
    # As where AWS has not yet verified the account for CloudFront. The database exists by then.
    iam, role = tap.client("iam", KEPT), f"cdk-hnb659fds-cfn-exec-role-{KEPT}-{RETAINED.region}"
    denied = {"Effect": "Deny", "Action": "cloudfront:CreateDistribution", "Resource": "*"}
    fault = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam.put_role_policy(RoleName=role, PolicyName="Fault", PolicyDocument=fault)
    delivery = tap.push()
    iam.delete_role_policy(RoleName=role, PolicyName="Fault")
    assert results(delivery).get(f"{RETAINED.construct_id} · {RETAINED.stack_name}.Deploy") == "Failed", (
        tap.rehearsal.explain(delivery)
    )
    assert tap.stacks(KEPT)[RETAINED.stack_name] == "ROLLBACK_COMPLETE"
    cloudformation = tap.client("cloudformation", KEPT)
    events = cloudformation.get_paginator("describe_stack_events").paginate(StackName=RETAINED.stack_name)
    kept = {
        each["LogicalResourceId"]
        for page in events
        for each in page["StackEvents"]
        if each["ResourceStatus"] == "DELETE_SKIPPED"
    }
    template = cloudformation.get_template(StackName=RETAINED.stack_name)["TemplateBody"]["Resources"]
    retained = {id_ for id_, each in template.items() if each.get("DeletionPolicy") == "Retain"}
    assert kept <= retained
    types = {template[id_]["Type"] for id_ in kept}
    assert {"AWS::RDS::DBInstance", "AWS::KMS::Key", "AWS::EC2::VPC", "AWS::Logs::LogGroup"} <= types
    imported = adopt(tap)
    assert imported.returncode == 0, imported.stderr
    assert tap.stacks(KEPT) == {RETAINED.stack_name: "IMPORT_COMPLETE"}
    committed(tap.work, "Deliver to the imported stack")


def adopt(world: World) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "steps.adopt"],
        cwd=world.work,
        env={
            **command_environ(),
            **by_hand(world, KEPT),
            "STACK_NAME": RETAINED.stack_name,
            "STAGE_REGION": RETAINED.region,
            "ADOPT": "yes",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_push_reaches_every_stage_in_order(tap: World) -> None:
    delivery = tap.push()
    assert delivery.succeeded, tap.rehearsal.explain(delivery)
    first = ["Source · Source", "Build · Synth", "UpdatePipeline · SelfMutate", "Assets · FileAssets"]
    assert list(results(delivery)) == [*first, *(run for stage in STAGES for run in expected(stage))]
    (preview,) = tap.previews[RETAINED.construct_id]
    assert preview.count("added") > 40
    assert preview.count("replaced") == preview.count("removed") == 0


@pytest.mark.parametrize("account", STACKS)
def test_the_function_answers_and_its_bucket_holds_what_it_wrote(tap: World, account: str) -> None:
    named = outputs(tap, account)
    answer = tap.client("lambda", account).invoke(FunctionName=named["LambdaFunctionName"], Payload=b"{}")
    said = json.load(answer["Payload"])
    assert said["statusCode"] == 200
    assert "Hello from Lambda!" in said["body"]
    (written,) = tap.client("s3", account).list_objects_v2(Bucket=named["S3BucketName"])["Contents"]
    head = tap.client("s3", account).head_object(Bucket=named["S3BucketName"], Key=written["Key"])
    assert head["ServerSideEncryption"] == "aws:kms"


@pytest.mark.parametrize("account", STACKS)
def test_the_database_is_a_real_one_reached_with_the_generated_password(tap: World, account: str) -> None:
    connection = connect(tap, account)
    with connection, connection.cursor() as cursor:
        cursor.execute("create table payments (amount integer)")
        cursor.execute("insert into payments values (42)")
        cursor.execute("select version()")
        (version,) = cursor.fetchone() or ("",)
    connection.close()
    assert version.startswith("PostgreSQL")


def test_a_commit_with_an_unencrypted_bucket_stops_at_synth_and_changes_no_stage(tap: World) -> None:
    before = _changed(tap, DISPOSED)
    stack = tap.work / "tap_stack" / "stack.py"
    whole = stack.read_text()
    assert "        storage = Storage(" in whole
    bad = whole.replace("        storage = Storage(", '        CfnBucket(self, "Plain")\n        storage = Storage(', 1)
    stack.write_text(bad.replace("from aws_cdk import", "from aws_cdk.aws_s3 import CfnBucket\nfrom aws_cdk import", 1))
    committed(tap.work, "A bucket that nobody encrypts")
    delivery = tap.push()
    stack.write_text(whole)
    committed(tap.work, "Without it")
    assert results(delivery)["Build · Synth"] == "Failed"
    assert not [run for run in delivery.runs if run.stage not in ("Source", "Build")]
    assert _changed(tap, DISPOSED) == before


def test_no_call_has_left_loopback_but_to_fetch_packages(tap: World) -> None:
    callers = {entry["program"].rpartition("/")[2] for entry in tap.outbound()}
    assert callers <= {"npm", "npm-cli.js"}
    assert not [entry for entry in tap.outbound() if "aws" in entry["host"]]


def test_deleting_a_retained_stage_is_refused(tap: World) -> None:
    cloudformation = tap.client("cloudformation", KEPT)
    with pytest.raises(botocore.exceptions.ClientError, match=r"[Tt]ermination ?[Pp]rotection"):
        cloudformation.delete_stack(StackName=RETAINED.stack_name)
    assert tap.stacks(KEPT) == {RETAINED.stack_name: "UPDATE_COMPLETE"}
    with pytest.raises(botocore.exceptions.ClientError, match=r"[Dd]eletion ?[Pp]rotection"):
        tap.client("rds", KEPT).delete_db_instance(DBInstanceIdentifier=RETAINED.stack_name, SkipFinalSnapshot=True)
    connection = connect(tap, KEPT)
    with connection.cursor() as cursor:
        cursor.execute("select amount from payments")
        assert cursor.fetchone() == (42,)
    connection.close()


def test_guard_stops_a_change_that_replaces_a_retained_database(tap: World) -> None:
    before = _changed(tap, KEPT)
    stack = tap.work / "tap_stack" / "stack.py"
    whole = stack.read_text()
    wired = "        function = TapFunction("
    assert wired in whole
    harmless = (
        "        if settings.deletion_protection:\n"
        '            database.instance.node.default_child.backup_target = "region"  # as it is by default\n'
    )
    stack.write_text(whole.replace(wired, harmless + wired, 1))
    committed(tap.work, "Say where backups go")
    delivery = tap.push()
    stack.write_text(whole)
    assert results(delivery)[f"{RETAINED.construct_id} · {RETAINED.stack_name}.Guard"] == "Failed", (
        tap.rehearsal.explain(delivery)
    )
    assert f"{RETAINED.construct_id} · {RETAINED.stack_name}.Deploy" not in results(delivery)
    said = tap.log(delivery, f"{RETAINED.stack_name}.Guard")
    database = f"TapPipeline/{RETAINED.construct_id}/Tap/Database/Instance/Resource"
    assert f"{database} (AWS::RDS::DBInstance {RETAINED.stack_name}) would be replaced" in said
    assert "because of BackupTarget. Nothing was executed." in said
    assert _changed(tap, KEPT) == before


def test_retained_data_is_imported_and_delivered_to_again(tap: World) -> None:
    written = outputs(tap, KEPT)["S3BucketName"]
    (key,) = [each["Key"] for each in tap.client("s3", KEPT).list_objects_v2(Bucket=written)["Contents"]]
    cloudformation, rds = tap.client("cloudformation", KEPT), tap.client("rds", KEPT)
    address = connect(tap, KEPT).dsn
    cloudformation.update_termination_protection(StackName=RETAINED.stack_name, EnableTerminationProtection=False)
    deleted(tap, KEPT, RETAINED.stack_name)
    imported = adopt(tap)
    assert imported.returncode == 0, imported.stderr
    assert tap.stacks(KEPT) == {RETAINED.stack_name: "IMPORT_COMPLETE"}
    committed(tap.work, "Deliver to the imported stack")
    delivery = tap.push()
    assert delivery.succeeded, tap.rehearsal.explain(delivery)
    (found,) = rds.describe_db_instances(DBInstanceIdentifier=RETAINED.stack_name)["DBInstances"]
    assert found["DeletionProtection"] is True
    connection = connect(tap, KEPT)
    assert connection.dsn == address
    with connection.cursor() as cursor:
        cursor.execute("select amount from payments")
        assert cursor.fetchone() == (42,)
    connection.close()
    assert outputs(tap, KEPT)["S3BucketName"] == written
    assert tap.client("s3", KEPT).get_object(Bucket=written, Key=key)["Body"].read()


def test_what_roles_may_do_was_used_or_is_explained(tap: World) -> None:
    rehearsal = tap.rehearsal
    write_access(tap.folders, rehearsal.assembly, rehearsal.config, tap.work)
    found = json.loads(tap.folders.access.read_text())
    assert len(found["principals"]) > 20
    unexplained = [
        (each["principal"], grant["statement"])
        for each in found["principals"]
        for grant in each["unused"]
        if not grant["explained"]
    ]
    assert unexplained == []
    assert found["stale_explanations"] == []


def test_deleting_a_disposable_stage_leaves_nothing_behind(tap: World) -> None:
    for stack, region in ((DISPOSABLE.stack_name, ELSEWHERE), (f"{DISPOSABLE.stack_name}-firewall", HOME)):
        types = resource_types(tap, DISPOSED, stack, region)
        assert types
        deleted(tap, DISPOSED, stack, region)
        assert leftovers(partial(tap.client, account=DISPOSED, region=region), types) == {}


def resource_types(world: World, account: str, stack: str, region: str) -> set[str]:
    template = world.client("cloudformation", account, region).get_template(StackName=stack)["TemplateBody"]
    return {resource["Type"] for resource in template["Resources"].values()}


def deleted(world: World, account: str, stack: str, region: str | None = None) -> None:
    cloudformation = world.client("cloudformation", account, region)
    cloudformation.delete_stack(StackName=stack)
    patience = {"Delay": 1, "MaxAttempts": 60}
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig=patience)


def by_hand(world: World, account: str) -> dict[str, str]:
    """The environment of somebody with all rights in an account."""
    keys = world.rehearsal.config.root(account)
    return {
        "AWS_ENDPOINT_URL": world.rehearsal.config.endpoint,
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
    }


def _changed(world: World, account: str) -> Any:
    stack = world.client("cloudformation", account).describe_stacks(StackName=STACKS[account])["Stacks"][0]
    return stack["StackStatus"], stack.get("LastUpdatedTime", stack["CreationTime"])
