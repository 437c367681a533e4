"""CodePipeline's API as boto3 sees it. Every answer is held against botocore's service model by the client itself."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import REGION, TOOLS
from tests.codepipeline.shop import Shop, action, approval, declaration, source, stage

from cdk_rehearsal.codepipeline.requests import service_model

NOBODY = "00000000-0000-4000-8000-000000000000"
GATE = stage("Gate", approval())


def small(name: str, **members: Any) -> dict[str, Any]:
    return declaration(name, stage("Source", source(f"acme/{name}")), GATE, **members)


def code_of(call: Callable[..., Any], **members: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**members)
    code: str = refused.value.response["Error"]["Code"]
    return code


def test_a_pipeline_is_created_read_changed_listed_and_deleted(shop: Shop) -> None:
    api = shop.codepipeline
    created = api.create_pipeline(pipeline=small("crud"), tags=[{"key": "team", "value": "payments"}])
    assert (created["pipeline"]["version"], created["tags"]) == (1, [{"key": "team", "value": "payments"}])
    read = api.get_pipeline(name="crud", version=1)
    assert read["pipeline"] == created["pipeline"]
    assert read["metadata"]["pipelineArn"] == f"arn:aws:codepipeline:{REGION}:{TOOLS}:crud"
    changed = api.update_pipeline(pipeline={**read["pipeline"], "executionMode": "QUEUED"})["pipeline"]
    assert (changed["version"], changed["executionMode"]) == (2, "QUEUED")
    assert code_of(api.get_pipeline, name="crud", version=1) == "PipelineVersionNotFoundException"
    (listed,) = [each for each in api.list_pipelines()["pipelines"] if each["name"] == "crud"]
    assert (listed["version"], listed["pipelineType"], listed["executionMode"]) == (2, "V2", "QUEUED")
    api.delete_pipeline(name="crud")
    api.delete_pipeline(name="crud")
    assert code_of(api.get_pipeline, name="crud") == "PipelineNotFoundException"


def test_a_pipeline_runs_as_soon_as_it_is_created(shop: Shop) -> None:
    shop.create("eager", *small("eager")["stages"])
    (execution,) = shop.executions("eager")
    assert execution["trigger"] == {"triggerType": "CreatePipeline", "triggerDetail": f"arn:aws:iam::{TOOLS}:root"}
    shop.ends("eager", execution["pipelineExecutionId"], "Failed")
    error = shop.actions("eager", execution["pipelineExecutionId"])["Source"]["output"]["executionResult"]
    assert error["errorDetails"] == {
        "code": "ConfigurationError",
        "message": "there is no repository acme/eager; push to it first",
    }


def test_a_repository_without_a_commit_fails_the_source_by_name(shop: Shop) -> None:
    shop.working_copy("acme/uncommitted")
    shop.create("uncommitted", *small("uncommitted")["stages"])
    (execution,) = shop.executions("uncommitted")
    shop.ends("uncommitted", execution["pipelineExecutionId"], "Failed")
    error = shop.actions("uncommitted", execution["pipelineExecutionId"])["Source"]["output"]["executionResult"]
    assert error["errorDetails"]["message"] == "acme/uncommitted has no branch main (no commit was pushed yet)"


def test_names_are_unique(shop: Shop) -> None:
    shop.create("unique", *small("unique")["stages"])
    assert code_of(shop.codepipeline.create_pipeline, pipeline=small("unique")) == "PipelineNameInUseException"


def test_accounts_and_regions_do_not_see_each_other(shop: Shop) -> None:
    shop.create("private", *small("private")["stages"])
    elsewhere = shop.emulator.client("codepipeline", "999999999999")
    assert elsewhere.list_pipelines()["pipelines"] == []
    assert code_of(elsewhere.get_pipeline, name="private") == "PipelineNotFoundException"


def test_an_unknown_provider_is_refused_by_name(shop: Shop) -> None:
    notify = stage("Gate", action("Notify", "Invoke", "Oracle", configuration={"StateMachineArn": "a"}))
    declared = declaration("unknown", stage("Source", source("acme/unknown")), notify)
    with pytest.raises(ClientError, match=r"Provider: 'Oracle'.* in action 'Notify' is not available") as refused:
        shop.codepipeline.create_pipeline(pipeline=declared)
    assert refused.value.response["Error"]["Code"] == "InvalidActionDeclarationException"


def test_what_the_engine_does_not_run_is_refused_by_its_place(shop: Shop) -> None:
    shop.create("modest", *small("modest")["stages"])
    wish = small("modest")
    wish["stages"][1] = wish["stages"][1] | {"blockers": [{"name": "b", "type": "Schedule"}]}
    for call in (shop.codepipeline.create_pipeline, shop.codepipeline.update_pipeline):
        with pytest.raises(ClientError, match=r"stages\.1\.blockers: the rehearsal does not run this") as refused:
            call(pipeline=wish)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    one_stage = small("modest") | {"stages": small("modest")["stages"][:1]}
    assert code_of(shop.codepipeline.update_pipeline, pipeline=one_stage) == "InvalidStructureException"
    assert shop.codepipeline.get_pipeline(name="modest")["pipeline"]["version"] == 1


def test_a_malformed_call_is_refused(shop: Shop) -> None:
    careless = boto3.client(
        "codepipeline",
        endpoint_url=shop.config.endpoint,
        region_name=REGION,
        aws_access_key_id=TOOLS,
        aws_secret_access_key=shop.config.root(TOOLS)["SecretAccessKey"],
        config=Config(parameter_validation=False, ignore_configured_endpoint_urls=True),
    )
    with pytest.raises(ClientError, match='Missing required parameter in input: "name"') as refused:
        careless.get_pipeline()
    assert refused.value.response["Error"]["Code"] == "ValidationException"


PIPELINE_CALLS: dict[str, dict[str, Any]] = {
    "get_pipeline_state": {"name": "nobody"},
    "start_pipeline_execution": {"name": "nobody"},
    "stop_pipeline_execution": {"pipelineName": "nobody", "pipelineExecutionId": NOBODY},
    "get_pipeline_execution": {"pipelineName": "nobody", "pipelineExecutionId": NOBODY},
    "list_pipeline_executions": {"pipelineName": "nobody"},
    "list_action_executions": {"pipelineName": "nobody"},
    "update_pipeline": {"pipeline": small("nobody")},
}


@pytest.mark.parametrize("operation", PIPELINE_CALLS)
def test_a_pipeline_that_is_not_there_is_not_found(shop: Shop, operation: str) -> None:
    assert code_of(getattr(shop.codepipeline, operation), **PIPELINE_CALLS[operation]) == "PipelineNotFoundException"


def test_an_execution_that_is_not_there_is_not_found(shop: Shop) -> None:
    shop.create("empty", *small("empty")["stages"])
    api = shop.codepipeline
    missing = {"pipelineName": "empty", "pipelineExecutionId": NOBODY}
    assert code_of(api.get_pipeline_execution, **missing) == "PipelineExecutionNotFoundException"
    wanted = {"pipelineName": "empty", "filter": {"pipelineExecutionId": NOBODY}}
    assert code_of(api.list_action_executions, **wanted) == "PipelineExecutionNotFoundException"
    transition = {"pipelineName": "empty", "stageName": "Nowhere", "transitionType": "Inbound"}
    assert code_of(api.enable_stage_transition, **transition) == "StageNotFoundException"


def test_tags_are_added_read_and_removed(shop: Shop) -> None:
    shop.create("tagged", *small("tagged")["stages"])
    api, arn = shop.codepipeline, f"arn:aws:codepipeline:{REGION}:{TOOLS}:tagged"
    api.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    api.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert api.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "b", "value": "2"}]
    assert code_of(api.list_tags_for_resource, resourceArn=arn + "x") == "ResourceNotFoundException"
    assert code_of(api.list_tags_for_resource, resourceArn="arn:aws:codepipeline") == "InvalidArnException"


def test_executions_come_in_pages_newest_first(shop: Shop) -> None:
    shop.create("paged", *small("paged")["stages"])
    for _ in range(2):
        shop.start("paged")
    pages = shop.codepipeline.get_paginator("list_pipeline_executions").paginate(
        pipelineName="paged", PaginationConfig={"PageSize": 2}
    )
    listed = [page["pipelineExecutionSummaries"] for page in pages]
    assert [len(page) for page in listed] == [2, 1]
    starts = [each["startTime"] for page in listed for each in page]
    assert starts == sorted(starts, reverse=True)
    bad = {"pipelineName": "paged", "nextToken": "elsewhere"}
    assert code_of(shop.codepipeline.list_pipeline_executions, **bad) == "InvalidNextTokenException"


def test_executions_are_found_by_the_stage_in_which_they_succeeded(shop: Shop) -> None:
    copy = shop.working_copy("acme/succeeded")
    copy.commit({"README": "words"})
    copy.push()
    shop.create("succeeded", *small("succeeded")["stages"])
    shop.token("succeeded", "Gate", "Approve")

    def found(where: str) -> int:
        wanted = {"succeededInStage": {"stageName": where}}
        answer = shop.codepipeline.list_pipeline_executions(pipelineName="succeeded", filter=wanted)
        return len(answer["pipelineExecutionSummaries"])

    assert (found("Source"), found("Gate")) == (1, 0)
    (execution,) = shop.executions("succeeded")
    latest = {"pipelineExecutionId": execution["pipelineExecutionId"], "startTimeRange": "Latest"}
    answer = shop.codepipeline.list_action_executions(
        pipelineName="succeeded", filter={"latestInPipelineExecution": latest}
    )
    assert [each["actionName"] for each in answer["actionExecutionDetails"]] == ["Approve", "Source"]


def test_calls_are_authorised_on_what_they_name(shop: Shop) -> None:
    copy = shop.working_copy("acme/guarded")
    copy.commit({"README": "words"})
    copy.push()
    shop.create("guarded", *small("guarded")["stages"])
    iam = shop.emulator.client("iam")
    iam.create_user(UserName="approver")
    key = iam.create_access_key(UserName="approver")["AccessKey"]
    arn = f"arn:aws:codepipeline:{REGION}:{TOOLS}:guarded"
    allowed = [
        {"Effect": "Allow", "Action": "codepipeline:GetPipelineState", "Resource": arn},
        {"Effect": "Allow", "Action": "codepipeline:PutApprovalResult", "Resource": f"{arn}/Gate/Approve"},
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
    iam.put_user_policy(UserName="approver", PolicyName="own", PolicyDocument=document)
    approver = shop.emulator.client(
        "codepipeline", credentials={"AccessKeyId": key["AccessKeyId"], "SecretAccessKey": key["SecretAccessKey"]}
    )
    assert code_of(approver.start_pipeline_execution, name="guarded") in {"AccessDenied", "AccessDeniedException"}
    assert approver.get_pipeline_state(name="guarded")["pipelineName"] == "guarded"
    approver.put_approval_result(
        pipelineName="guarded",
        stageName="Gate",
        actionName="Approve",
        token=shop.token("guarded", "Gate", "Approve"),
        result={"status": "Approved", "summary": "by the approver"},
    )
    (execution,) = shop.executions("guarded")
    shop.ends("guarded", execution["pipelineExecutionId"], "Succeeded")
    details = shop.actions("guarded", execution["pipelineExecutionId"])["Approve"]
    assert details["updatedBy"] == f"arn:aws:iam::{TOOLS}:user/approver"


def test_operations_that_are_not_there_say_so(shop: Shop) -> None:
    assert "ListDeployActionExecutionTargets" in service_model().operation_names
    assert (
        code_of(shop.codepipeline.list_deploy_action_execution_targets, actionExecutionId=NOBODY)
        == "UnknownOperationException"
    )
