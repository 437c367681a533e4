"""Deliveries of a small app, one after the other: what a developer meets on a bad day, and on a good one.

The order matters, since each push builds on what the one before has deployed; so they are steps of one story.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.deliveries.conftest import WANTED

from cdk_rehearsal.driver.access import write_access
from cdk_rehearsal.driver.rehearsal import Decision
from cdk_rehearsal.testing.worlds import DEV, PROD, TOOLS, World, committed, results, write_json

pytestmark = [pytest.mark.enable_socket]


def commit(world: World, message: str, **wanted: Any) -> None:
    write_json(world.work / "wanted.json", {**WANTED, **wanted})
    committed(world.work, message)


def greeting(world: World, account: str) -> str:
    value: str = world.client("ssm", account).get_parameter(Name="greeting")["Parameter"]["Value"]
    return value


def test_a_rejected_approval_leaves_prod_untouched(sample: World) -> None:
    sample.answer = Decision(approved=False, summary="not today")
    delivery = sample.push()
    assert results(delivery).get("Prod · Approve") == "Failed", sample.rehearsal.explain(delivery)
    assert "not today" in sample.rehearsal.explain(delivery)
    assert sample.stacks(DEV) == {"sample-dev": "CREATE_COMPLETE"}
    assert sample.stacks(PROD) == {}


def test_an_approved_delivery_reaches_prod_and_says_before_what_is_added(sample: World) -> None:
    sample.answer = Decision(summary="go")
    commit(sample, "The same again")
    delivery = sample.push()
    assert delivery.succeeded, sample.rehearsal.explain(delivery)
    (preview,) = sample.previews["Prod"]
    assert {change.type for change in preview.changes} == {"AWS::SSM::Parameter", "AWS::S3::Bucket"}
    assert preview.count("added") == 2
    assert greeting(sample, PROD) == "hello"


def test_a_second_push_with_no_change_ends_green_and_changes_nothing(sample: World) -> None:
    before = {account: _changed_at(sample, account) for account in (TOOLS, DEV, PROD)}
    commit(sample, "Nothing new")
    delivery = sample.push()
    assert delivery.succeeded, sample.rehearsal.explain(delivery)
    assert sample.previews["Prod"][0].changes == ()
    assert {account: _changed_at(sample, account) for account in (TOOLS, DEV, PROD)} == before


def test_a_commit_that_adds_an_action_changes_the_pipeline_and_restarts_it(sample: World) -> None:
    commit(sample, "A check after dev", checks=["Smoke"])
    delivery = sample.push()
    assert delivery.succeeded, sample.rehearsal.explain(delivery)
    assert [run.name for run in delivery.runs].count("UpdatePipeline · SelfMutate") == 2
    assert results(delivery)["Dev · Smoke"] == "Succeeded"
    assert "the pipeline updated itself and restarted" in sample.said.getvalue()


def test_a_resource_that_fails_in_dev_rolls_back_and_prod_never_starts(sample: World) -> None:
    commit(sample, "A resource that cannot be made", checks=["Smoke"], broken=True, greeting="changed")
    delivery = sample.push()
    assert results(delivery)["Dev · sample-dev.Deploy"] == "Failed"
    assert not [run for run in delivery.runs if run.stage == "Prod"]
    assert "'taken' already exists" in sample.rehearsal.explain(delivery)
    assert sample.stacks(DEV) == {"sample-dev": "UPDATE_ROLLBACK_COMPLETE"}
    assert greeting(sample, DEV) == "hello"


def test_a_role_stripped_of_a_permission_fails_at_its_action_by_name(sample: World) -> None:
    commit(sample, "Well again", checks=["Smoke"], greeting="again")
    policy = _strip(sample, "synth", "s3:")
    delivery = sample.push()
    assert [run.name for run in delivery.failures()] == ["Build · Synth"]
    explained = sample.rehearsal.explain(delivery)
    assert "s3:" in explained
    assert "not authorized" in explained
    sample.client("iam", TOOLS).put_role_policy(**policy)
    commit(sample, "Once more", checks=["Smoke"], greeting="again")
    assert sample.push().succeeded
    assert greeting(sample, PROD) == "again"


def test_what_roles_did_is_told_beside_what_they_may_do_with_the_denials_of_the_story(sample: World) -> None:
    rehearsal = sample.rehearsal
    said = write_access(sample.folders, rehearsal.assembly, rehearsal.config, sample.work)
    assert str(sample.folders.root / "access.md") in said
    found = json.loads(sample.folders.access.read_text())["principals"]
    builds = [each for each in found if each["denied"]]
    assert len(builds) == 1, "the role that was stripped of a permission, and no other"
    assert builds[0]["denied"][0]["statement"]["Effect"] == "Allow"
    execution = next(
        each for each in found if f"::{PROD}:role/" in each["principal"] and "cfn-exec" in each["principal"]
    )
    made = {(each["action"], each["resource"]) for each in execution["used"]}
    assert ("ssm:PutParameter", "AWS::SSM::Parameter") in made
    assert execution["unused"][0]["unused_actions"] == []
    assert "s3:CreateBucket" in execution["unused"][0]["narrower"]["Action"]


def test_aws_cli_acts_for_whoever_may_read_the_file_that_is_printed_and_says_no_secret(sample: World) -> None:
    line = f". {shlex.quote(str(sample.folders.tools_environment))} && aws codepipeline list-pipelines"
    environ = {
        "PATH": f"{Path(sys.executable).parent}:{os.defpath}",
        "HOME": str(sample.folders.home),
        "AWS_PROFILE": "no-such-profile",
    }
    done = subprocess.run(["sh", "-c", line], env=environ, capture_output=True, text=True, check=True)
    assert [each["name"] for each in json.loads(done.stdout)["pipelines"]] == [sample.rehearsal.api.pipeline]
    config = sample.rehearsal.config
    secrets = {config.secret, config.token} | {config.root(each)["SecretAccessKey"] for each in (TOOLS, DEV, PROD)}
    assert not [secret for secret in secrets if secret in sample.said.getvalue()]
    logs = [path for path in (*sample.folders.logs.rglob("*"), *config.state_dir.glob("logs/**/*")) if path.is_file()]
    assert logs
    for path in logs:
        text = path.read_text(errors="replace")
        assert not [secret for secret in secrets if secret in text], path


def _changed_at(world: World, account: str) -> dict[str, Any]:
    found = world.client("cloudformation", account).describe_stacks()["Stacks"]
    return {each["StackName"]: each.get("LastUpdatedTime", each["CreationTime"]) for each in found}


def _strip(world: World, project: str, prefix: str) -> dict[str, Any]:
    """Take the actions with ``prefix`` from the role of a build; return the call that gives them back."""
    iam = world.client("iam", TOOLS)
    codebuild = world.client("codebuild", TOOLS)
    names = codebuild.list_projects()["projects"]
    name = next(each for each in names if project in each.lower())
    role = codebuild.batch_get_projects(names=[name])["projects"][0]["serviceRole"].rpartition("/")[2]
    policy_name = iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy_name)["PolicyDocument"]
    whole = {"RoleName": role, "PolicyName": policy_name, "PolicyDocument": json.dumps(document)}
    kept = [each for each in document["Statement"] if not any(a.startswith(prefix) for a in _actions(each))]
    assert kept != document["Statement"]
    iam.put_role_policy(**{**whole, "PolicyDocument": json.dumps({**document, "Statement": kept})})
    return whole


def _actions(statement: dict[str, Any]) -> list[str]:
    actions = statement["Action"]
    return [actions] if isinstance(actions, str) else actions
