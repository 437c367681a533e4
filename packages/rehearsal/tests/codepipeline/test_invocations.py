"""A pipeline invokes state machines and other pipelines."""

import json

from tests.codepipeline.emulated import REGION, TOOLS
from tests.codepipeline.shop import (
    ALL_OF_THE_PIPELINE,
    Json,
    Shop,
    action,
    approval,
    source,
    stage,
    statement,
)


def run(shop: Shop, name: str, role: str, *invoked: Json) -> str:
    copy = shop.working_copy(f"acme/{name}")
    copy.commit({"input.json": '{"greeting": "hello"}'})
    copy.push()
    shop.create(name, stage("Source", source(f"acme/{name}")), stage("Call", *invoked), role=role)
    found: str = shop.executions(name)[0]["pipelineExecutionId"]
    return found


def state_machine(shop: Shop, name: str, state: Json) -> str:
    definition = {"StartAt": "Only", "States": {"Only": state}}
    role = shop.role(f"{name}-machine", service="states.amazonaws.com")
    states = shop.emulator.client("stepfunctions")
    arn: str = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)[
        "stateMachineArn"
    ]
    return arn


def test_a_state_machine_gets_a_file_and_its_execution_is_a_variable(shop: Shop) -> None:
    machine = state_machine(shop, "machine", {"Type": "Pass", "End": True})
    states = ["states:StartExecution", "states:DescribeStateMachine", "states:DescribeExecution"]
    shop.role("stater", *ALL_OF_THE_PIPELINE, statement(states))
    settings = {"StateMachineArn": machine, "InputType": "FilePath", "Input": "input.json"}
    call = action(
        "Call",
        "Invoke",
        "StepFunctions",
        configuration=settings,
        inputArtifacts=[{"name": "Files"}],
        namespace="Called",
    )
    tell = approval("Tell", runOrder=2, configuration={"CustomData": "#{Called.ExecutionArn}"})
    execution = run(shop, "states", "stater", call, tell)
    shop.answer("states", "Call", "Tell")
    assert shop.ends("states", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    told = shop.actions("states", execution)["Tell"]["input"]["resolvedConfiguration"]["CustomData"]
    found = shop.emulator.client("stepfunctions").describe_execution(executionArn=told)
    assert json.loads(found["output"]) == {"greeting": "hello"}


def test_a_state_machine_that_fails_fails_the_action_with_its_cause(shop: Shop) -> None:
    machine = state_machine(shop, "broken-machine", {"Type": "Fail", "Error": "Bad", "Cause": "no table"})
    shop.role("starter-of-broken", *ALL_OF_THE_PIPELINE, statement("states:*"))
    call = action("Call", "Invoke", "StepFunctions", configuration={"StateMachineArn": machine})
    execution = run(shop, "broken-states", "starter-of-broken", call)
    shop.ends("broken-states", execution, "Failed")
    error = shop.actions("broken-states", execution)["Call"]["output"]["executionResult"]["errorDetails"]
    assert error["message"].endswith("is FAILED: Bad: no table")


def test_another_pipeline_is_started_with_the_commit_and_the_variables_of_this_one(shop: Shop) -> None:
    downstream = f"arn:aws:codepipeline:{REGION}:{TOOLS}:downstream"
    shop.role("chainer", *ALL_OF_THE_PIPELINE, statement("codepipeline:StartPipelineExecution", downstream))
    copy = shop.working_copy("acme/upstream")
    commit = copy.commit({"README": "words"})
    copy.push()
    gate = stage("Gate", approval(configuration={"CustomData": "#{variables.WHO}"}))
    variables = [{"name": "WHO", "defaultValue": "nobody"}]
    shop.create("downstream", stage("Source", source("acme/upstream")), gate, variables=variables)
    shop.answer("downstream", "Gate", "Approve")

    revisions = [{"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": "#{Source.CommitId}"}]
    settings = {
        "PipelineName": "downstream",
        "SourceRevisions": json.dumps(revisions),
        "Variables": json.dumps([{"name": "WHO", "value": "#{codepipeline.PipelineExecutionId}"}]),
    }
    call = stage("Call", action("Call", "Invoke", "CodePipeline", configuration=settings))
    shop.create("upstream", stage("Source", source("acme/upstream")), call, role="chainer")
    (execution,) = shop.executions("upstream")
    shop.ends("upstream", execution["pipelineExecutionId"], "Succeeded")
    result = shop.actions("upstream", execution["pipelineExecutionId"])["Call"]["output"]["executionResult"]
    shop.answer("downstream", "Gate", "Approve")
    ended = shop.ends("downstream", result["externalExecutionId"], "Succeeded")
    assert [each["revisionId"] for each in ended["artifactRevisions"]] == [commit]
    told = shop.actions("downstream", result["externalExecutionId"])["Approve"]["input"]["resolvedConfiguration"]
    assert told["CustomData"] == execution["pipelineExecutionId"]
    assert "assumed-role/chainer/" in ended["trigger"]["triggerDetail"]
