"""A pipeline calls functions, which report on their jobs with CodePipeline's own API."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import DEV, REGION, TOOLS, eventually
from tests.codepipeline.functions import INVOKE, REPORT, function, invocation
from tests.codepipeline.shop import ALL_OF_THE_PIPELINE, BUCKET, Json, Shop, approval, policy, source, stage

from cdk_rehearsal.codepipeline.logs import action_log
from cdk_rehearsal.errors import RehearsalError

# Reads the commit's file from its input, writes an output, and answers a variable; all under the job's credentials.
WORKER = """
import io, json, zipfile
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    data = job["data"]
    lent = data["artifactCredentials"]
    s3 = boto3.client("s3", aws_access_key_id=lent["accessKeyId"], aws_secret_access_key=lent["secretAccessKey"],
                      aws_session_token=lent["sessionToken"])
    place = data["inputArtifacts"][0]["location"]["s3Location"]
    body = s3.get_object(Bucket=place["bucketName"], Key=place["objectKey"])["Body"].read()
    greeting = zipfile.ZipFile(io.BytesIO(body)).read("greeting").decode()
    place = data["outputArtifacts"][0]["location"]["s3Location"]
    s3.put_object(Bucket=place["bucketName"], Key=place["objectKey"], Body=b"made by a function")
    try:
        s3.list_objects_v2(Bucket=place["bucketName"])
        beyond = "allowed"
    except s3.exceptions.ClientError as refused:
        beyond = refused.response["Error"]["Code"]
    print("greeted with", greeting)
    del data["artifactCredentials"]
    boto3.client("codepipeline").put_job_success_result(
        jobId=job["id"],
        executionDetails={"summary": "made it", "externalExecutionId": "run-7", "percentComplete": 100},
        outputVariables={"Greeting": greeting, "Beyond": beyond, "Job": json.dumps(job)},
    )
"""

# Goes on twice before it is done, and says so by what its token has come to.
PATIENT = """
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    token = job["data"].get("continuationToken", "")
    more = {"outputVariables": {"Token": token}} if token == "xx" else {"continuationToken": token + "x"}
    boto3.client("codepipeline").put_job_success_result(jobId=job["id"], **more)
"""

REFUSING = """
import boto3

def handler(event, context):
    boto3.client("codepipeline").put_job_failure_result(
        jobId=event["CodePipeline.job"]["id"],
        failureDetails={"type": "ConfigurationError", "message": "there is no table", "externalExecutionId": "run-8"},
    )
"""

SILENT = """
def handler(event, context):
    raise RuntimeError("lost my way")
"""

NODE = """
const { CodePipelineClient, PutJobSuccessResultCommand } = require("@aws-sdk/client-codepipeline");
exports.handler = async (event) => {
  const job = event["CodePipeline.job"];
  await new CodePipelineClient({}).send(
    new PutJobSuccessResultCommand({ jobId: job.id, outputVariables: { Said: "by Node" } }));
};
"""


@pytest.fixture(scope="module", autouse=True)
def role(shop: Shop) -> None:
    shop.role("invoker", *ALL_OF_THE_PIPELINE, INVOKE)


def pushed(shop: Shop, name: str) -> str:
    copy = shop.working_copy(f"acme/{name}")
    commit = copy.commit({"greeting": "hello"})
    copy.push()
    return commit


def run(shop: Shop, name: str, *invoked: Json, role: str = "invoker", **members: Any) -> str:
    """Create a pipeline whose second stage invokes, and return its execution."""
    calls = stage("Call", *invoked)
    shop.create(name, stage("Source", source(f"acme/{name}")), calls, role=role, **members)
    (execution,) = shop.executions(name)
    found: str = execution["pipelineExecutionId"]
    return found


def said(shop: Shop, name: str, execution: str, words: str) -> str:
    """The log of the invoking action, once it has the words in it."""
    try:
        log = action_log(shop.config, name, execution, "Call", "Call").read_text()
    except RehearsalError:
        return ""
    return log if words in log else ""


def test_a_function_gets_the_documented_job_and_answers_variables_and_artifacts(shop: Shop) -> None:
    commit = pushed(shop, "working")
    function(shop, "worker", WORKER, REPORT)
    call = invocation(
        "Call",
        "worker",
        configuration={"UserParameters": "about #{Source.CommitId}"},
        inputArtifacts=[{"name": "Files"}],
        outputArtifacts=[{"name": "Made"}],
        namespace="Called",
    )
    tell = approval("Tell", runOrder=2, configuration={"CustomData": "#{Called.Greeting}"})
    execution = run(shop, "working", call, tell)
    shop.answer("working", "Call", "Tell")
    assert shop.ends("working", execution, "Succeeded", "Failed")["status"] == "Succeeded"

    details = shop.actions("working", execution)
    result = details["Call"]["output"]["executionResult"]
    assert (result["externalExecutionId"], result["externalExecutionSummary"]) == ("run-7", "made it")
    assert details["Tell"]["input"]["resolvedConfiguration"]["CustomData"] == "hello"
    (state,) = [each for each in shop.state("working", "Call")["actionStates"] if each["actionName"] == "Call"]
    assert state["latestExecution"]["percentComplete"] == 100

    variables = details["Call"]["output"]["outputVariables"]
    assert variables["Beyond"] == "AccessDenied"
    job = json.loads(variables["Job"])
    (made,) = details["Call"]["output"]["outputArtifacts"]
    (given,) = details["Call"]["input"]["inputArtifacts"]
    assert job["accountId"] == TOOLS
    assert job["data"] == {
        "actionConfiguration": {
            "configuration": {"FunctionName": "worker", "UserParameters": f"about {commit}"},
        },
        "inputArtifacts": [
            {
                "name": "Files",
                "revision": commit,
                "location": {
                    "type": "S3",
                    "s3Location": {"bucketName": BUCKET, "objectKey": given["s3location"]["key"]},
                },
            }
        ],
        "outputArtifacts": [
            {
                "name": "Made",
                "revision": None,
                "location": {
                    "type": "S3",
                    "s3Location": {"bucketName": BUCKET, "objectKey": made["s3location"]["key"]},
                },
            }
        ],
    }
    body = shop.emulator.client("s3").get_object(Bucket=BUCKET, Key=made["s3location"]["key"])["Body"].read()
    assert body == b"made by a function"


def test_a_function_in_another_account_works_and_reports_with_what_that_account_has(shop: Shop) -> None:
    pushed(shop, "abroad")
    deployer = {"RoleName": "deployer", "PolicyName": "invoke", "PolicyDocument": policy(INVOKE)}
    shop.emulator.client("iam", DEV).put_role_policy(**deployer)
    function(shop, "abroad", WORKER, REPORT, account=DEV)
    call = invocation(
        "Call",
        "abroad",
        inputArtifacts=[{"name": "Files"}],
        outputArtifacts=[{"name": "Made"}],
        roleArn=f"arn:aws:iam::{DEV}:role/deployer",
    )
    execution = run(shop, "abroad", call, role="pipeline")
    assert shop.ends("abroad", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    variables = shop.actions("abroad", execution)["Call"]["output"]["outputVariables"]
    assert (variables["Greeting"], variables["Beyond"]) == ("hello", "AccessDenied")
    assert json.loads(variables["Job"])["accountId"] == DEV


def test_a_function_that_asks_to_go_on_is_invoked_again_with_its_token(shop: Shop) -> None:
    pushed(shop, "continued")
    function(shop, "patient", PATIENT, REPORT)
    execution = run(shop, "continued", invocation("Call", "patient"))
    assert shop.ends("continued", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    assert shop.actions("continued", execution)["Call"]["output"]["outputVariables"] == {"Token": "xx"}


def test_a_function_that_reports_failure_fails_the_action_with_its_words(shop: Shop) -> None:
    pushed(shop, "refusing")
    function(shop, "refusing", REFUSING, REPORT)
    execution = run(shop, "refusing", invocation("Call", "refusing"))
    assert shop.ends("refusing", execution, "Succeeded", "Failed")["status"] == "Failed"
    result = shop.actions("refusing", execution)["Call"]["output"]["executionResult"]
    assert result["errorDetails"] == {"code": "ConfigurationError", "message": "there is no table"}
    assert result["externalExecutionId"] == "run-8"


def test_a_function_that_breaks_is_seen_in_the_action_s_log_while_the_job_waits_for_anybody(shop: Shop) -> None:
    pushed(shop, "broken")
    function(shop, "silent", SILENT, REPORT)
    execution = run(shop, "broken", invocation("Call", "silent"))

    log = eventually(lambda: said(shop, "broken", execution, "lost my way"), "what the function said")
    job = log.split("; job ")[1].split(" ")[0]
    api = shop.codepipeline
    details = api.get_job_details(jobId=job)["jobDetails"]
    assert details["accountId"] == TOOLS
    assert details["data"]["actionTypeId"]["provider"] == "Lambda"
    assert details["data"]["pipelineContext"] == {
        "pipelineName": "broken",
        "stage": {"name": "Call"},
        "action": {
            "name": "Call",
            "actionExecutionId": shop.actions("broken", execution)["Call"]["actionExecutionId"],
        },
        "pipelineArn": f"arn:aws:codepipeline:{REGION}:{TOOLS}:broken",
        "pipelineExecutionId": execution,
    }
    api.put_job_success_result(jobId=job)
    assert shop.ends("broken", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    with pytest.raises(ClientError, match="InvalidJobStateException"):
        api.put_job_success_result(jobId=job)


def test_a_function_in_node_finds_the_sdk_that_lambda_has(shop: Shop) -> None:
    pushed(shop, "noded")
    function(shop, "node", NODE, REPORT, runtime="nodejs22.x")
    execution = run(shop, "noded", invocation("Call", "node"))
    assert shop.ends("noded", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    assert shop.actions("noded", execution)["Call"]["output"]["outputVariables"] == {"Said": "by Node"}


def test_a_pipeline_that_may_not_invoke_the_function_fails_by_name(shop: Shop) -> None:
    pushed(shop, "forbidden")
    role = shop.role("forbidden", *ALL_OF_THE_PIPELINE, {**INVOKE, "Action": ["lambda:ListFunctions"]})
    execution = run(shop, "forbidden", invocation("Call", "worker"), role=role)
    shop.ends("forbidden", execution, "Failed")
    error = shop.actions("forbidden", execution)["Call"]["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "PermissionError"
    assert error["message"].startswith(f"{role} is not permitted to perform Invoke")


def test_a_function_that_may_not_report_says_so_in_the_action_s_log(shop: Shop) -> None:
    pushed(shop, "mute")
    function(shop, "mute", REFUSING)
    execution = run(shop, "mute", invocation("Call", "mute"))
    reason = "not authorized to perform: codepipeline:PutJobFailureResult"
    assert eventually(lambda: said(shop, "mute", execution, reason), "why the function could not report")
    shop.codepipeline.stop_pipeline_execution(pipelineName="mute", pipelineExecutionId=execution, abandon=True)
    assert shop.ends("mute", execution, "Stopped")
