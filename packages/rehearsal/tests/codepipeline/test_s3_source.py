"""Pipelines whose source is an object: found by polling, or started by a rule of EventBridge."""

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import REGION, TOOLS, eventually
from tests.codepipeline.shop import (
    ALL_OF_THE_PIPELINE,
    BUCKET,
    Json,
    Shop,
    WorkingCopy,
    action,
    approval,
    policy,
    stage,
    statement,
    trust,
)

from cdk_rehearsal.source.repository import create_repository

READ = ["s3:GetObject*", "s3:GetBucket*"]


def bucket(shop: Shop, name: str, *, versioned: bool = True) -> Any:
    """Create a bucket that the role `reader` may read; return S3."""
    s3 = shop.emulator.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


@pytest.fixture(scope="module", autouse=True)
def reader(shop: Shop) -> None:
    shop.role("reader", *ALL_OF_THE_PIPELINE, statement(READ, "arn:aws:s3:::source-*"))


def archive(**files: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return buffer.getvalue()


def s3_source(bucket_name: str, **configuration: str) -> Json:
    settings = {"S3Bucket": bucket_name, "S3ObjectKey": "app.zip", **configuration}
    return action(
        "Source", "Source", "S3", configuration=settings, outputArtifacts=[{"name": "Files"}], namespace="Source"
    )


def tell(text: str) -> Json:
    return stage("Gate", approval(configuration={"CustomData": text}))


def newest(shop: Shop, name: str, count: int) -> Json:
    """The newest of so many executions, once there are."""

    def look() -> Json | None:
        found = shop.executions(name)
        return found[-1] if len(found) == count else None

    return eventually(look, f"{name}: execution number {count}")


def rule(shop: Shop, name: str, bucket_name: str, *, may_start: bool = True, **target: Any) -> str:
    """The rule that CDK makes for an S3 source with the trigger EVENTS; its ARN."""
    iam, events = shop.emulator.client("iam"), shop.emulator.client("events")
    iam.create_role(RoleName=f"{name}-events", AssumeRolePolicyDocument=trust({"Service": "events.amazonaws.com"}))
    pipeline = f"arn:aws:codepipeline:{REGION}:{TOOLS}:{name}"
    if may_start:
        iam.put_role_policy(
            RoleName=f"{name}-events",
            PolicyName="start",
            PolicyDocument=policy(statement("codepipeline:StartPipelineExecution", pipeline)),
        )
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {
            "resources": {"ARN": [f"arn:aws:s3:::{bucket_name}/app.zip"]},
            "eventName": ["CompleteMultipartUpload", "CopyObject", "PutObject"],
            "requestParameters": {"bucketName": [bucket_name], "key": ["app.zip"]},
        },
    }
    arn: str = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    target = {"Id": "one", "Arn": pipeline, "RoleArn": f"arn:aws:iam::{TOOLS}:role/{name}-events", **target}
    events.put_targets(Rule=name, Targets=[target])
    return arn


def test_a_new_object_is_found_by_polling_and_delivered_with_its_version(shop: Shop) -> None:
    s3 = bucket(shop, "source-polled")
    told = "#{Source.BucketName} #{Source.ObjectKey} #{Source.VersionId} #{Source.ETag}"
    shop.create("polled", stage("Source", s3_source("source-polled")), tell(told), role="reader")
    shop.ends("polled", shop.executions("polled")[0]["pipelineExecutionId"], "Failed")
    put = s3.put_object(Bucket="source-polled", Key="app.zip", Body=archive(README="words"))
    s3.put_object(Bucket="source-polled", Key="another.zip", Body=b"")
    s3.delete_object(Bucket="source-polled", Key="another.zip")
    execution = newest(shop, "polled", 2)
    assert execution["trigger"]["triggerType"] == "PollForSourceChanges"
    shop.answer("polled", "Gate", "Approve")
    ended = shop.ends("polled", execution["pipelineExecutionId"], "Succeeded", "Failed")
    version = put["VersionId"]
    assert [(each["revisionId"], each["revisionSummary"]) for each in ended["artifactRevisions"]] == [
        (version, f"Amazon S3 version id: {version}")
    ]
    actions = shop.actions("polled", execution["pipelineExecutionId"])
    resolved = actions["Approve"]["input"]["resolvedConfiguration"]["CustomData"]
    etag = put["ETag"].strip('"')
    assert resolved == f"source-polled app.zip {version} {etag}"
    place = actions["Source"]["output"]["outputArtifacts"][0]["s3location"]
    body = s3.get_object(Bucket=place["bucket"], Key=place["key"])["Body"].read()
    assert zipfile.ZipFile(io.BytesIO(body)).read("README") == b"words"
    assert len(shop.executions("polled")) == 2


def test_a_rule_starts_what_does_not_poll_under_the_rule_s_role(shop: Shop) -> None:
    s3 = bucket(shop, "source-ruled")
    silent = s3_source("source-ruled", PollForSourceChanges="false")
    shop.create("ruled", stage("Source", silent), tell("x"), role="reader")
    shop.ends("ruled", shop.executions("ruled")[0]["pipelineExecutionId"], "Failed")
    arn = rule(shop, "ruled", "source-ruled")
    s3.put_object(Bucket="source-ruled", Key="app.zip", Body=archive(README="words"))
    execution = newest(shop, "ruled", 2)
    assert execution["trigger"] == {"triggerType": "CloudWatchEvent", "triggerDetail": arn}
    shop.answer("ruled", "Gate", "Approve")
    assert shop.ends("ruled", execution["pipelineExecutionId"], "Succeeded", "Failed")["status"] == "Succeeded"


def test_other_targets_of_a_rule_are_reached_as_ever(shop: Shop) -> None:
    s3 = bucket(shop, "source-queued")
    queue = shop.emulator.client("sqs").create_queue(QueueName="writes")["QueueUrl"]
    rule(shop, "queued", "source-queued", Arn=f"arn:aws:sqs:{REGION}:{TOOLS}:writes")
    s3.put_object(Bucket="source-queued", Key="app.zip", Body=b"x")

    def heard() -> list[Json]:
        found: list[Json] = shop.emulator.client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
        return found

    (message,) = eventually(heard, "the event")
    assert json.loads(message["Body"])["detail"]["eventName"] == "PutObject"


def test_a_rule_whose_role_may_not_start_the_pipeline_starts_nothing(shop: Shop) -> None:
    s3 = bucket(shop, "source-idle")
    silent = s3_source("source-idle", PollForSourceChanges="false")
    shop.create("idle", stage("Source", silent), tell("x"), role="reader")
    arn = rule(shop, "idle", "source-idle", may_start=False)
    s3.put_object(Bucket="source-idle", Key="app.zip", Body=archive(README="words"))
    log = shop.config.state_dir / "logs" / "emulator.log"
    assert eventually(lambda: f"rule {arn} did not start" in log.read_text(), "the refusal in the log")
    assert len(shop.executions("idle")) == 1


def test_a_rule_may_name_the_version_and_so_may_whoever_starts_the_pipeline(shop: Shop) -> None:
    s3 = bucket(shop, "source-pinned")
    old = s3.put_object(Bucket="source-pinned", Key="app.zip", Body=archive(README="old"))["VersionId"]
    s3.put_object(Bucket="source-pinned", Key="app.zip", Body=archive(README="new"))
    silent = s3_source("source-pinned", PollForSourceChanges="false")
    shop.create("pinned", stage("Source", silent), tell("#{Source.VersionId}"), role="reader")
    override = {"actionName": "Source", "revisionType": "S3_OBJECT_VERSION_ID", "revisionValue": old}
    shop.answer("pinned", "Gate", "Approve")

    started = shop.start("pinned", sourceRevisions=[override])
    shop.answer("pinned", "Gate", "Approve")
    ended = shop.ends("pinned", started, "Succeeded", "Failed")
    assert [each["revisionId"] for each in ended["artifactRevisions"]] == [old]

    transformer = {
        "InputPathsMap": {"key": "$.detail.requestParameters.key"},
        "InputTemplate": json.dumps({"sourceRevisions": [override]}),
    }
    rule(shop, "pinned", "source-pinned", InputTransformer=transformer)
    s3.put_object(Bucket="source-pinned", Key="app.zip", Body=archive(README="newer"))
    execution = newest(shop, "pinned", 3)
    shop.answer("pinned", "Gate", "Approve")
    ended = shop.ends("pinned", execution["pipelineExecutionId"], "Succeeded", "Failed")
    assert [each["revisionId"] for each in ended["artifactRevisions"]] == [old]


def test_a_revision_of_another_type_is_refused(shop: Shop) -> None:
    bucket(shop, "source-typed")
    shop.create("typed", stage("Source", s3_source("source-typed")), tell("x"), role="reader")
    override = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "c0ffee"}
    with pytest.raises(ClientError, match="Source COMMIT_ID: expected S3_OBJECT_VERSION_ID of Source"):
        shop.start("typed", sourceRevisions=[override])


@pytest.mark.parametrize(
    ("name", "role", "code", "message"),
    [
        ("source-unversioned", "reader", "ConfigurationError", "Bucket source-unversioned has no versioning"),
        ("source-empty", "reader", "ConfigurationError", "There is no s3://source-empty/app.zip"),
        ("source-closed", "pipeline", "PermissionError", "is not permitted to perform GetBucketVersioning"),
    ],
)
def test_a_source_that_cannot_be_read_fails_by_name(shop: Shop, name: str, role: str, code: str, message: str) -> None:
    bucket(shop, name, versioned=name != "source-unversioned")
    shop.create(name, stage("Source", s3_source(name)), tell("x"), role=role)
    (execution,) = shop.executions(name)
    shop.ends(name, execution["pipelineExecutionId"], "Failed")
    details = shop.actions(name, execution["pipelineExecutionId"])["Source"]["output"]["executionResult"]
    assert details["errorDetails"]["code"] == code, details
    assert message in details["errorDetails"]["message"]


def test_a_push_to_a_repository_that_stands_for_an_object_uploads_the_commit(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    s3 = bucket(shop, "source-pushed")
    shop.create("pushed", stage("Source", s3_source("source-pushed")), tell("x"), role="reader")
    place = {"account": TOOLS, "region": REGION, "bucket": "source-pushed", "key": "app.zip", "branch": "main"}
    bare = create_repository(shop.config, "objects/pushed", object=place)
    copy = WorkingCopy(bare, tmp_path_factory.mktemp("pushed") / "copy")
    copy.commit({"README": "words"})
    assert "no pipeline follows objects/pushed wip" in copy.push("wip")
    said = copy.push()
    version = s3.head_object(Bucket="source-pushed", Key="app.zip")["VersionId"]
    assert f"remote: uploaded to s3://source-pushed/app.zip, version {version}" in said
    execution = newest(shop, "pushed", 2)
    shop.answer("pushed", "Gate", "Approve")
    assert shop.ends("pushed", execution["pipelineExecutionId"], "Succeeded", "Failed")["status"] == "Succeeded"


def test_a_silent_upload_starts_nothing(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> None:
    s3 = bucket(shop, "source-silent")
    shop.create("silent", stage("Source", s3_source("source-silent")), tell("x"), role="reader")
    place = {"account": TOOLS, "region": REGION, "bucket": "source-silent", "key": "app.zip", "branch": "main"}
    bare = create_repository(shop.config, "objects/silent", object=place, silent=True)
    copy = WorkingCopy(bare, tmp_path_factory.mktemp("silent") / "copy")
    copy.commit({"README": "words"})
    assert "uploaded to s3://source-silent/app.zip" in copy.push()
    # A write that is heard comes later, and is the only one that starts something.
    heard = s3.put_object(Bucket="source-silent", Key="app.zip", Body=archive(README="more words"))
    execution = newest(shop, "silent", 2)
    shop.answer("silent", "Gate", "Approve")
    ended = shop.ends("silent", execution["pipelineExecutionId"], "Succeeded", "Failed")
    assert [each["revisionId"] for each in ended["artifactRevisions"]] == [heard["VersionId"]]


def test_an_object_that_cannot_be_uploaded_is_told_to_whoever_pushed(
    shop: Shop, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = {"account": TOOLS, "region": REGION, "bucket": "no-such-source", "key": "app.zip", "branch": "main"}
    bare = create_repository(shop.config, "objects/lost", object=place)
    copy = WorkingCopy(bare, tmp_path_factory.mktemp("lost") / "copy")
    copy.commit({"README": "words"})
    assert "s3://no-such-source/app.zip: The specified bucket does not exist" in copy.push()


def test_a_schedule_or_an_event_with_other_input_is_refused_by_name(shop: Shop) -> None:
    s3 = bucket(shop, "source-wordy")
    silent = s3_source("source-wordy", PollForSourceChanges="false")
    shop.create("wordy", stage("Source", silent), tell("x"), role="reader")
    rule(shop, "wordy", "source-wordy", Input=json.dumps({"name": "wordy"}))
    s3.put_object(Bucket="source-wordy", Key="app.zip", Body=archive(README="words"))
    log = shop.config.state_dir / "logs" / "emulator.log"
    assert eventually(lambda: "has more than sourceRevisions" in log.read_text(), "the refusal in the log")
    assert len(shop.executions("wordy")) == 1


def test_a_pipeline_of_a_stack_runs_at_once_only_if_its_object_is_there(shop: Shop) -> None:
    s3 = bucket(shop, "source-stacked")
    cloudformation = shop.emulator.client("cloudformation")

    def create(name: str) -> None:
        properties = {
            "Name": name,
            "RoleArn": f"arn:aws:iam::{TOOLS}:role/reader",
            "ArtifactStore": {"Type": "S3", "Location": BUCKET},
            "Stages": [upper(stage("Source", s3_source("source-stacked"))), upper(stage("Gate", approval()))],
        }
        body = {"Resources": {"Pipeline": {"Type": "AWS::CodePipeline::Pipeline", "Properties": properties}}}
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})

    create("stacked-before")
    assert shop.executions("stacked-before") == []
    s3.put_object(Bucket="source-stacked", Key="app.zip", Body=archive(README="words"))
    create("stacked-after")
    assert newest(shop, "stacked-after", 1)["trigger"]["triggerType"] == "CreatePipeline"


def upper(value: Any, *, keep: bool = False) -> Any:
    """A declaration as CloudFormation spells it."""
    if isinstance(value, list):
        return [upper(each) for each in value]
    if isinstance(value, dict):
        return {
            name if keep else name[0].upper() + name[1:]: upper(each, keep=name == "configuration")
            for name, each in value.items()
        }
    return value
