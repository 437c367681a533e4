"""A push travels through a pipeline into a stack in another account."""

import json
import zipfile
from io import BytesIO
from typing import Any

from tests.codepipeline.emulated import DEV, TOOLS
from tests.codepipeline.shop import Shop, approval, deployment, source, stage

from cdk_rehearsal.codepipeline.logs import action_log

TEMPLATE = {
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}},
    "Outputs": {"TopicArn": {"Value": {"Ref": "Topic"}}},
}


def deploy(stack: str) -> dict[str, Any]:
    """A stage that deploys a stack into dev by a change set, and tells its output."""
    prepare = {
        "StackName": stack,
        "ChangeSetName": "changes",
        "RoleArn": f"arn:aws:iam::{DEV}:role/cloudformation",
        "Capabilities": "CAPABILITY_NAMED_IAM",
        "TemplatePath": "Files::template.json",
    }
    execute = {"StackName": stack, "ChangeSetName": "changes"}
    tell = {"CustomData": "#{Deployed.TopicArn} of #{Source.CommitId}"}
    return stage(
        "Deploy",
        deployment("Prepare", "CHANGE_SET_REPLACE", configuration=prepare, inputArtifacts=[{"name": "Files"}]),
        deployment("Execute", "CHANGE_SET_EXECUTE", configuration=execute, runOrder=2, namespace="Deployed"),
        approval("Tell", runOrder=3, configuration=tell),
    )


def test_a_push_is_deployed_into_another_account(shop: Shop) -> None:
    copy = shop.working_copy("acme/delivered")
    gate = stage("Gate", approval("Left"), approval("Right"))
    shop.create("delivered", stage("Source", source("acme/delivered")), gate, deploy("delivered"))
    (first,) = shop.executions("delivered")
    assert shop.ends("delivered", first["pipelineExecutionId"], "Failed")

    commit = copy.commit({"template.json": json.dumps(TEMPLATE)}, "Deliver a topic")
    said = copy.push()
    execution = shop.executions("delivered")[-1]["pipelineExecutionId"]
    assert f"remote: pipeline delivered: execution {execution} started" in said

    # Both wait at once: they have one run order.
    tokens = {shop.token("delivered", "Gate", name) for name in ("Left", "Right")}
    assert len(tokens) == 2
    for name in ("Left", "Right"):
        shop.answer("delivered", "Gate", name)

    shop.token("delivered", "Deploy", "Tell")
    told = shop.actions("delivered", execution)["Tell"]["input"]["resolvedConfiguration"]["CustomData"]
    assert told.startswith(f"arn:aws:sns:eu-west-1:{DEV}:")
    assert told.endswith(commit)
    shop.answer("delivered", "Deploy", "Tell")

    ended = shop.ends("delivered", execution, "Succeeded", "Failed")
    assert ended["status"] == "Succeeded"
    assert [each["revisionId"] for each in ended["artifactRevisions"]] == [commit]
    assert (ended["trigger"]["triggerType"], json.loads(ended["trigger"]["triggerDetail"])["commitId"]) == (
        "WebhookV2",
        commit,
    )

    log = action_log(shop.config, "delivered", execution, "Deploy", "Prepare")
    assert log.name == "04-Deploy-Prepare.log"
    assert "Add      AWS::SNS::Topic Topic" in log.read_text()
    events = action_log(shop.config, "delivered", execution, "Deploy", "Execute").read_text()
    assert "AWS::SNS::Topic Topic" in events
    assert "output TopicArn = arn:aws:sns" in events
    answered = action_log(shop.config, "delivered", execution, "Gate", "Left").read_text()
    assert f"Approved by arn:aws:iam::{TOOLS}:root: looks good" in answered


def test_a_push_without_changes_changes_nothing_and_a_change_is_named(shop: Shop) -> None:
    copy = shop.working_copy("acme/repeated")
    copy.commit({"template.json": json.dumps(TEMPLATE)})
    copy.push()
    shop.create("repeated", stage("Source", source("acme/repeated")), deploy("repeated"))
    shop.answer("repeated", "Deploy", "Tell")

    copy.commit({"README": "more words"})
    copy.push()
    unchanged = shop.executions("repeated")[-1]["pipelineExecutionId"]
    shop.answer("repeated", "Deploy", "Tell")
    assert shop.ends("repeated", unchanged, "Succeeded", "Failed")["status"] == "Succeeded"
    actions = shop.actions("repeated", unchanged)
    for name in ("Prepare", "Execute"):
        summary = actions[name]["output"]["executionResult"]["externalExecutionSummary"]
        assert summary == "Change set changes has no changes: stack repeated is up to date"
    assert actions["Execute"]["output"]["outputVariables"]["TopicArn"].startswith("arn:aws:sns:")

    copy.commit({"template.json": json.dumps(TEMPLATE).replace('"one"', '"two"')})
    copy.push()
    changed = shop.executions("repeated")[-1]["pipelineExecutionId"]
    shop.answer("repeated", "Deploy", "Tell")
    assert shop.ends("repeated", changed, "Succeeded", "Failed")["status"] == "Succeeded"
    prepared = action_log(shop.config, "repeated", changed, "Deploy", "Prepare").read_text()
    assert "Modify   AWS::SNS::Topic Topic" in prepared


def test_the_source_artifact_holds_the_files_of_the_commit(shop: Shop) -> None:
    copy = shop.working_copy("acme/archived")
    copy.commit({"README": "words", "deep/er/file.txt": "content"})
    copy.push()
    shop.create("archived", stage("Source", source("acme/archived")), stage("Gate", approval()))
    shop.answer("archived", "Gate", "Approve")
    (execution,) = shop.executions("archived")
    (artifact,) = shop.actions("archived", execution["pipelineExecutionId"])["Source"]["output"]["outputArtifacts"]
    location = artifact["s3location"]
    body = shop.emulator.client("s3").get_object(Bucket=location["bucket"], Key=location["key"])["Body"].read()
    with zipfile.ZipFile(BytesIO(body)) as archive:
        files = [name for name in archive.namelist() if not name.endswith("/")]
        assert sorted(files) == ["README", "deep/er/file.txt"]
        assert archive.read("deep/er/file.txt") == b"content"


def test_a_resource_that_fails_is_named_with_its_reason(shop: Shop) -> None:
    copy = shop.working_copy("acme/failing")
    trusts = {
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    }
    unknown = {"AssumeRolePolicyDocument": trusts, "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuchPolicy"]}
    broken = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": unknown}}}
    copy.commit({"template.json": json.dumps(broken)})
    copy.push()
    configuration = {
        "StackName": "failing",
        "Capabilities": "CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND",
        "RoleArn": f"arn:aws:iam::{DEV}:role/cloudformation",
        "TemplatePath": "Files::template.json",
    }
    create = deployment("Create", "CREATE_UPDATE", configuration=configuration, inputArtifacts=[{"name": "Files"}])
    shop.create("failing", stage("Source", source("acme/failing")), stage("Deploy", create))
    (execution,) = shop.executions("failing")
    found = shop.ends("failing", execution["pipelineExecutionId"], "Failed", "Succeeded")
    assert found["status"] == "Failed"
    details = shop.actions("failing", execution["pipelineExecutionId"])["Create"]
    message = details["output"]["executionResult"]["errorDetails"]["message"]
    assert message.startswith("Stack failing ended in ROLLBACK_COMPLETE: Role (AWS::IAM::Role) CREATE_FAILED: ")

    # As on AWS, nothing but a deletion helps such a stack.
    shop.start("failing")
    second = shop.executions("failing")[-1]["pipelineExecutionId"]
    shop.ends("failing", second, "Failed")
    again = shop.actions("failing", second)["Create"]["output"]["executionResult"]["errorDetails"]["message"]
    assert "is in ROLLBACK_COMPLETE state and can not be updated" in again


def test_a_large_template_reaches_another_account(shop: Shop) -> None:
    copy = shop.working_copy("acme/large")
    topics = {
        f"Topic{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "x" * 90}} for number in range(3)
    }
    large = {"Resources": topics, "Metadata": {"Padding": "y" * 60_000}}
    copy.commit({"deep/er/template.json": json.dumps(large)})
    copy.push()
    role = f"arn:aws:iam::{DEV}:role/cloudformation"
    artifact = {"inputArtifacts": [{"name": "Files"}]}
    configuration = {"StackName": "large", "RoleArn": role, "TemplatePath": "Files::deep/er/template.json"}
    shop.create(
        "large",
        stage("Source", source("acme/large")),
        stage("Deploy", deployment("Create", "CREATE_UPDATE", configuration=configuration, **artifact)),
        stage("Remove", deployment("Delete", "DELETE_ONLY", configuration={"StackName": "large", "RoleArn": role})),
    )
    (execution,) = shop.executions("large")
    ended = shop.ends("large", execution["pipelineExecutionId"], "Succeeded", "Failed")
    assert ended["status"] == "Succeeded", shop.actions("large", execution["pipelineExecutionId"])
    stacks = shop.emulator.client("cloudformation", DEV).describe_stacks()["Stacks"]
    assert "large" not in {each["StackName"] for each in stacks}
