"""What else goes wrong on a bad day: a delivery fails at the action that met it, says why, and goes on afterwards."""

import json
import resource
import time
from typing import Any

import psutil
import pytest
from tests.codepipeline.emulated import DEV, REGION, eventually
from tests.codepipeline.shop import BUCKET, Shop, WorkingCopy, approval, deployment, source, stage
from tests.faults.frail import APP

pytestmark = [pytest.mark.enable_socket]
ROLE = f"arn:aws:iam::{DEV}:role/cloudformation"
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}
TAKEN = {name: {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "taken"}} for name in ("One", "Two")}
FOLLOWED = "delivery"


def followed(shop: Shop, *more: Any) -> WorkingCopy:
    """A pipeline that brings template.json into the stack ``app`` of dev."""
    copy = shop.working_copy("acme/app")
    copy.commit({"template.json": template(Topic=TOPIC)})
    copy.push()
    configuration = {
        "StackName": "app",
        "RoleArn": ROLE,
        "Capabilities": "CAPABILITY_NAMED_IAM",
        "TemplatePath": "Files::template.json",
    }
    deploy = deployment("Deploy", "CREATE_UPDATE", configuration=configuration, inputArtifacts=[{"name": "Files"}])
    shop.create(FOLLOWED, stage("Source", source("acme/app")), *more, stage("Dev", deploy))
    return copy


def template(**resources: Any) -> str:
    return json.dumps({"Resources": resources})


def newest(shop: Shop) -> str:
    found: str = shop.executions(FOLLOWED)[-1]["pipelineExecutionId"]
    return found


def ended(shop: Shop) -> tuple[str, str]:
    """How the newest execution ended: its status, and what its last action says."""
    execution = newest(shop)
    status = shop.ends(FOLLOWED, execution, "Succeeded", "Failed")["status"]
    last = list(shop.actions(FOLLOWED, execution).values())[-1]
    said = last["output"]["executionResult"].get("externalExecutionSummary", "")
    return f"{last['actionName']} {status}", said


def retry(shop: Shop, stage_name: str) -> None:
    shop.codepipeline.retry_stage_execution(
        pipelineName=FOLLOWED, stageName=stage_name, pipelineExecutionId=newest(shop), retryMode="FAILED_ACTIONS"
    )


def test_a_stack_whose_creation_was_rolled_back_is_named_with_the_way_out_of_it(shop: Shop) -> None:
    copy = followed(shop)
    assert ended(shop)[0] == "Deploy Succeeded"
    cloudformation = shop.emulator.client("cloudformation", DEV)
    cloudformation.delete_stack(StackName="app")
    copy.commit({"template.json": template(**TAKEN)})
    copy.push()
    how, said = ended(shop)
    assert (how, "'taken' already exists" in said) == ("Deploy Failed", True), said
    copy.commit({"template.json": template(Topic=TOPIC)})
    copy.push()
    assert ended(shop) == (
        "Deploy Failed",
        "Stack app is in ROLLBACK_COMPLETE state and can not be updated; delete it and run the stage again",
    )
    cloudformation.delete_stack(StackName="app")
    retry(shop, "Dev")
    assert ended(shop) == ("Deploy Succeeded", "Stack app created")


def test_a_stack_that_somebody_else_changes_fails_the_action_instead_of_making_it_wait(shop: Shop) -> None:
    followed(shop)
    assert ended(shop)[0] == "Deploy Succeeded"
    shop.role("function", service="lambda.amazonaws.com", account=DEV)
    slow = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": f"arn:aws:iam::{DEV}:role/function",
            "Code": {"ZipFile": (APP / "slow.py").read_text()},
        },
    }
    late = {"Type": "Custom::Late", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Slow", "Arn"]}}}
    cloudformation = shop.emulator.client("cloudformation", DEV)
    cloudformation.update_stack(StackName="app", TemplateBody=template(Topic=TOPIC, Slow=slow, Late=late))
    shop.start(FOLLOWED)
    how, said = ended(shop)
    assert (how, "[app] is in UPDATE_IN_PROGRESS state and cannot be updated" in said) == ("Deploy Failed", True), said
    eventually(lambda: status(shop) == "UPDATE_COMPLETE", "the end of the other update")
    retry(shop, "Dev")
    assert ended(shop) == ("Deploy Succeeded", "Stack app updated")


def status(shop: Shop) -> str:
    (stack,) = shop.emulator.client("cloudformation", DEV).describe_stacks(StackName="app")["Stacks"]
    found: str = stack["StackStatus"]
    return found


def test_a_missing_artifact_bucket_fails_the_first_action_that_needs_it_by_name(shop: Shop) -> None:
    copy = followed(shop)
    assert ended(shop)[0] == "Deploy Succeeded"
    s3 = shop.emulator.client("s3")
    policy = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    for each in s3.list_objects_v2(Bucket=BUCKET)["Contents"]:
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    s3.delete_bucket(Bucket=BUCKET)
    copy.commit({"README": "words"})
    copy.push()
    how, said = ended(shop)
    assert (how, "PutObject: NoSuchBucket" in said) == ("Source Failed", True), said
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    retry(shop, "Source")
    assert ended(shop)[0] == "Deploy Succeeded"


def test_of_ten_pushes_in_a_row_the_last_arrives_and_those_between_are_superseded(shop: Shop) -> None:
    copy = followed(shop, stage("Gate", approval()))
    shop.token(FOLLOWED, "Gate", "Approve")
    began = time.monotonic()
    for number in range(10):
        topic = {**TOPIC, "Properties": {"DisplayName": f"push {number}"}}
        copy.commit({"template.json": template(Topic=topic)})
        copy.push()
    assert time.monotonic() - began < 60
    last = newest(shop)
    eventually(lambda: "Source" in shop.actions(FOLLOWED, last), "the last execution's source")
    while newest_waits(shop) != last:
        shop.answer(FOLLOWED, "Gate", "Approve")
    shop.answer(FOLLOWED, "Gate", "Approve")
    assert ended(shop)[0] == "Deploy Succeeded"
    statuses = [each["status"] for each in shop.executions(FOLLOWED)]
    assert (len(statuses), statuses[0], statuses[-1]) == (11, "Succeeded", "Succeeded")
    assert set(statuses[1:-1]) == {"Superseded"}
    (topic,) = shop.emulator.client("sns", DEV).list_topics()["Topics"]
    attributes = shop.emulator.client("sns", DEV).get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    assert attributes["DisplayName"] == "push 9"


def newest_waits(shop: Shop) -> str:
    shop.token(FOLLOWED, "Gate", "Approve")
    found: str = shop.state(FOLLOWED, "Gate")["latestExecution"]["pipelineExecutionId"]
    return found


def test_a_full_disk_fails_the_action_that_met_it_and_costs_nothing_that_was_saved(shop: Shop) -> None:
    """A limit on the size of the emulator's files stands for the disk: nothing that grows can be written."""
    copy = followed(shop)
    assert ended(shop)[0] == "Deploy Succeeded"
    emulator = psutil.Process(shop.emulator.pid)
    snapshot = shop.config.state_dir / "state" / "snapshot.json"
    before = json.loads(snapshot.read_text())
    emulator.rlimit(resource.RLIMIT_FSIZE, (16 * 1024, resource.RLIM_INFINITY))
    copy.commit({"README": "words"})
    copy.push()
    failed = shop.ends(FOLLOWED, newest(shop), "Failed")
    assert failed["statusSummary"] == f"the emulator's state cannot be saved to {snapshot}: File too large"
    assert json.loads(snapshot.read_text()).keys() == before.keys()
    emulator.rlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    shop.start(FOLLOWED)
    assert ended(shop)[0] == "Deploy Succeeded"
