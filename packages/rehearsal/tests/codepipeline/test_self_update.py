"""Pipelines in stacks: created, changed by themselves, deleted."""

import json
from typing import Any

from tests.codepipeline.emulated import TOOLS, eventually
from tests.codepipeline.shop import (
    BUCKET,
    CONNECTION,
    Json,
    Shop,
    approval,
    deployment,
    policy,
    source,
    stage,
    statement,
)

LOCAL_ROLE = f"arn:aws:iam::{TOOLS}:role/updater"


def capitalised(value: Any) -> Any:
    if isinstance(value, list):
        return [capitalised(each) for each in value]
    if isinstance(value, dict):
        return {
            key[0].upper() + key[1:]: each if key == "configuration" else capitalised(each)
            for key, each in value.items()
        }
    return value


def template(name: str, *later: Json, **properties: Any) -> Json:
    """A stack that holds a pipeline whose second stage updates that stack."""
    update = deployment(
        "Update",
        "CREATE_UPDATE",
        roleArn=LOCAL_ROLE,
        configuration={
            "StackName": name,
            "RoleArn": f"arn:aws:iam::{TOOLS}:role/cloudformation-here",
            "TemplatePath": "Files::pipeline.json",
        },
        inputArtifacts=[{"name": "Files"}],
    )
    stages = [stage("Source", source(f"acme/{name}")), stage("Update", update), *later]
    pipeline = {
        "Name": name,
        "RoleArn": f"arn:aws:iam::{TOOLS}:role/selfupdating",
        "ArtifactStore": {"Type": "S3", "Location": BUCKET},
        "PipelineType": "V2",
        "RestartExecutionOnUpdate": True,
        "Stages": capitalised(stages),
        **properties,
    }
    resource = {"Type": "AWS::CodePipeline::Pipeline", "Properties": pipeline}
    outputs = {"Name": {"Value": {"Ref": "Pipeline"}}, "Version": {"Value": {"Fn::GetAtt": ["Pipeline", "Version"]}}}
    return {"Resources": {"Pipeline": resource}, "Outputs": outputs}


def furnish(shop: Shop) -> None:
    """The roles that the pipelines of this file share."""
    iam = shop.emulator.client("iam")
    names = {each["RoleName"] for each in iam.list_roles()["Roles"]}
    if "selfupdating" in names:
        return
    everywhere = [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]
    store = statement(["s3:GetObject*", "s3:PutObject*"], everywhere)
    shop.role(
        "selfupdating",
        store,
        statement("codeconnections:UseConnection", CONNECTION),
        statement("sts:AssumeRole", LOCAL_ROLE),
    )
    shop.role("cloudformation-here", statement("*"), service="cloudformation.amazonaws.com")
    trusts = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{TOOLS}:root"}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="updater", AssumeRolePolicyDocument=policy(trusts))
    updates = policy(store, statement("cloudformation:*"), statement("iam:PassRole"))
    iam.put_role_policy(RoleName="updater", PolicyName="own", PolicyDocument=updates)


def settled(shop: Shop, stack: str) -> Json:
    cloudformation = shop.emulator.client("cloudformation")

    def look() -> Json | None:
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        return None if found["StackStatus"].endswith("IN_PROGRESS") else dict(found)

    return eventually(look, f"stack {stack} to settle")


def outputs(found: Json) -> dict[str, str]:
    return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])}


def create(shop: Shop, name: str, body: Json) -> Json:
    furnish(shop)
    shop.emulator.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(body))
    return settled(shop, name)


GATE = stage("Gate", approval())


def test_a_commit_that_changes_the_pipeline_restarts_it_once(shop: Shop) -> None:
    first = template("selfmade", GATE)
    found = create(shop, "selfmade", first)
    assert (found["StackStatus"], outputs(found)) == ("CREATE_COMPLETE", {"Name": "selfmade", "Version": "1"})
    # Nothing was pushed yet, so nothing runs.
    assert shop.executions("selfmade") == []

    copy = shop.working_copy("acme/selfmade")
    copy.commit({"pipeline.json": json.dumps(first)})
    copy.push()
    shop.answer("selfmade", "Gate", "Approve")
    (unchanged,) = shop.executions("selfmade")
    assert shop.ends("selfmade", unchanged["pipelineExecutionId"], "Succeeded", "Failed")["status"] == "Succeeded"

    changed = template("selfmade", stage("Gate", approval(), approval("Also")))
    commit = copy.commit({"pipeline.json": json.dumps(changed)})
    copy.push()
    shop.answer("selfmade", "Gate", "Also")
    shop.answer("selfmade", "Gate", "Approve")
    _, mutating, restarted = shop.executions("selfmade")
    cancelled = shop.execution("selfmade", mutating["pipelineExecutionId"])
    assert (cancelled["status"], cancelled["pipelineVersion"]) == ("Cancelled", 1)
    assert cancelled["statusSummary"] == ("The pipeline's definition was updated to version 2 while the execution ran")
    assert shop.actions("selfmade", mutating["pipelineExecutionId"])["Update"]["status"] == "Succeeded"
    ended = shop.ends("selfmade", restarted["pipelineExecutionId"], "Succeeded", "Failed")
    assert (ended["status"], ended["pipelineVersion"]) == ("Succeeded", 2)
    assert ended["artifactRevisions"][0]["revisionId"] == commit
    assert ended["trigger"]["triggerDetail"] == "CloudFormation updated the pipeline to version 2"
    assert outputs(settled(shop, "selfmade"))["Version"] == "2"


def test_an_update_abandons_the_approval_that_waits(shop: Shop) -> None:
    copy = shop.working_copy("acme/interrupted")
    body = template("interrupted", GATE)
    copy.commit({"pipeline.json": json.dumps(body)})
    copy.push()
    create(shop, "interrupted", body)
    shop.token("interrupted", "Gate", "Approve")
    # A commit was there when the pipeline was created, so that it ran at once.
    (first,) = shop.executions("interrupted")
    assert first["trigger"] == {"triggerType": "CreatePipeline"}
    changed = template("interrupted", stage("Gate", approval("Other")))
    shop.emulator.client("cloudformation").update_stack(StackName="interrupted", TemplateBody=json.dumps(changed))
    settled(shop, "interrupted")
    shop.ends("interrupted", first["pipelineExecutionId"], "Cancelled")
    assert shop.actions("interrupted", first["pipelineExecutionId"])["Approve"]["status"] == "Abandoned"


def test_tags_and_transitions_change_without_a_new_version(shop: Shop) -> None:
    frozen = {"DisableInboundStageTransitions": [{"StageName": "Gate", "Reason": "freeze"}]}
    create(shop, "frozen", template("frozen", GATE, **frozen))
    assert not shop.state("frozen", "Gate")["inboundTransitionState"]["enabled"]
    cloudformation = shop.emulator.client("cloudformation")
    tagged = template("frozen", GATE, Tags=[{"Key": "team", "Value": "payments"}])
    cloudformation.update_stack(StackName="frozen", TemplateBody=json.dumps(tagged))
    assert settled(shop, "frozen")["StackStatus"] == "UPDATE_COMPLETE"
    assert shop.state("frozen", "Gate")["inboundTransitionState"]["enabled"]
    read = shop.codepipeline.get_pipeline(name="frozen")
    assert read["pipeline"]["version"] == 1
    tags = shop.codepipeline.list_tags_for_resource(resourceArn=read["metadata"]["pipelineArn"])["tags"]
    assert {"key": "team", "value": "payments"} in tags
    assert shop.executions("frozen") == []
    cloudformation.delete_stack(StackName="frozen")
    eventually(
        lambda: "frozen" not in {each["name"] for each in shop.codepipeline.list_pipelines()["pipelines"]},
        "the pipeline to go with its stack",
    )


def test_an_update_without_restart_starts_nothing(shop: Shop) -> None:
    quiet = {"RestartExecutionOnUpdate": False}
    create(shop, "quiet", template("quiet", GATE, **quiet))
    changed = template("quiet", stage("Gate", approval("Other")), **quiet)
    shop.emulator.client("cloudformation").update_stack(StackName="quiet", TemplateBody=json.dumps(changed))
    assert outputs(settled(shop, "quiet"))["Version"] == "2"
    assert shop.executions("quiet") == []


def test_a_pipeline_that_could_not_run_fails_its_stack_with_the_reason(shop: Shop) -> None:
    unknown = {
        "name": "Notify",
        "actionTypeId": {"category": "Invoke", "owner": "AWS", "provider": "Oracle", "version": "1"},
    }
    found = create(shop, "impossible", template("impossible", stage("Gate", unknown)))
    assert found["StackStatus"] == "ROLLBACK_COMPLETE"
    events = shop.emulator.client("cloudformation").describe_stack_events(StackName="impossible")["StackEvents"]
    assert any("Provider: 'Oracle'" in each.get("ResourceStatusReason", "") for each in events)


def test_a_pipeline_without_a_name_gets_one(shop: Shop) -> None:
    body = template("nameless", GATE)
    del body["Resources"]["Pipeline"]["Properties"]["Name"]
    name = outputs(create(shop, "nameless", body))["Name"]
    assert name.startswith("nameless-Pipeline")
    assert shop.codepipeline.get_pipeline(name=name)["pipeline"]["name"] == name
