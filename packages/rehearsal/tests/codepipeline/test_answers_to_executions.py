"""Stopping, retrying, rejecting, overtaking, rolling back."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import eventually
from tests.codepipeline.shop import Shop, WorkingCopy, approval, policy, source, stage, statement

from cdk_rehearsal.codepipeline.logs import action_log

SECOND = stage("Second", approval("Later"))


def gated(shop: Shop, name: str, *actions: dict[str, Any], **members: Any) -> tuple[WorkingCopy, str]:
    """A pipeline with a commit in its source and an approval in stage Gate; its copy and its first execution."""
    copy = shop.working_copy(f"acme/{name}")
    copy.commit({"README": "words"})
    copy.push()
    gate = stage("Gate", *(actions or (approval(),)), **members.pop("gate", {}))
    shop.create(name, stage("Source", source(f"acme/{name}")), gate, SECOND, **members)
    (execution,) = shop.executions(name)
    return copy, execution["pipelineExecutionId"]


def refusal(call: Any, **members: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**members)
    code: str = refused.value.response["Error"]["Code"]
    return code


def test_a_rejected_approval_fails_its_action_with_the_summary(shop: Shop) -> None:
    _, execution = gated(shop, "rejected")
    shop.answer("rejected", "Gate", "Approve", "Rejected", "not on a Friday")
    shop.ends("rejected", execution, "Failed")
    details = shop.actions("rejected", execution)
    assert details["Approve"]["status"] == "Failed"
    assert details["Approve"]["output"]["executionResult"]["externalExecutionSummary"] == "not on a Friday"
    assert "Later" not in details
    log = action_log(shop.config, "rejected", execution, "Gate", "Approve").read_text()
    assert "Rejected by arn:aws:iam::111111111111:root: not on a Friday" in log


def test_an_approval_is_answered_once_and_under_its_token(shop: Shop) -> None:
    _, execution = gated(shop, "answered")
    answer = shop.codepipeline.put_approval_result
    token = shop.token("answered", "Gate", "Approve")
    asked = {
        "pipelineName": "answered",
        "stageName": "Gate",
        "actionName": "Approve",
        "token": token,
        "result": {"status": "Approved", "summary": ""},
    }
    other = "00000000-0000-4000-8000-000000000000"
    assert refusal(answer, **asked | {"token": other}) == "InvalidApprovalTokenException"
    assert refusal(answer, **asked | {"stageName": "Nowhere"}) == "StageNotFoundException"
    assert refusal(answer, **asked | {"actionName": "Nothing"}) == "ActionNotFoundException"
    answer(**asked)
    assert refusal(answer, **asked) == "ApprovalAlreadyCompletedException"
    shop.codepipeline.stop_pipeline_execution(pipelineName="answered", pipelineExecutionId=execution, abandon=True)


def test_stopping_waits_for_what_runs(shop: Shop) -> None:
    _, execution = gated(shop, "stopped")
    shop.token("stopped", "Gate", "Approve")
    stop = shop.codepipeline.stop_pipeline_execution
    stopped = {"pipelineName": "stopped", "pipelineExecutionId": execution}
    stop(**stopped, reason="lunch")
    assert shop.execution("stopped", execution)["status"] == "Stopping"
    assert shop.state("stopped", "Gate")["latestExecution"]["status"] == "Stopping"
    assert refusal(stop, **stopped) == "DuplicatedStopRequestException"
    shop.answer("stopped", "Gate", "Approve")
    shop.ends("stopped", execution, "Stopped")
    assert shop.actions("stopped", execution)["Approve"]["status"] == "Succeeded"
    assert shop.executions("stopped")[0]["stopTrigger"] == {"reason": "lunch"}
    assert refusal(stop, **stopped) == "PipelineExecutionNotStoppableException"
    nobody = "00000000-0000-4000-8000-000000000000"
    assert refusal(stop, **stopped | {"pipelineExecutionId": nobody}) == "PipelineExecutionNotFoundException"


def test_abandoning_ends_at_once_and_the_stage_can_be_retried(shop: Shop) -> None:
    _, execution = gated(shop, "abandoned")
    old = shop.token("abandoned", "Gate", "Approve")
    shop.codepipeline.stop_pipeline_execution(pipelineName="abandoned", pipelineExecutionId=execution, abandon=True)
    assert shop.execution("abandoned", execution)["status"] == "Stopped"
    assert shop.actions("abandoned", execution)["Approve"]["status"] == "Abandoned"
    answer = {"pipelineName": "abandoned", "stageName": "Gate", "actionName": "Approve", "token": old}
    too_late = refusal(
        shop.codepipeline.put_approval_result, **answer, result={"status": "Approved", "summary": "too late"}
    )
    assert too_late == "InvalidApprovalTokenException"
    shop.codepipeline.retry_stage_execution(
        pipelineName="abandoned", stageName="Gate", pipelineExecutionId=execution, retryMode="FAILED_ACTIONS"
    )
    assert shop.token("abandoned", "Gate", "Approve") != old
    shop.answer("abandoned", "Gate", "Approve")
    shop.answer("abandoned", "Second", "Later")
    assert shop.ends("abandoned", execution, "Succeeded", "Failed")["status"] == "Succeeded"


def test_a_retry_runs_the_failed_actions_alone(shop: Shop) -> None:
    _, execution = gated(shop, "retried", approval("First"), approval("Other"))
    shop.answer("retried", "Gate", "First")
    shop.answer("retried", "Gate", "Other", "Rejected", "no")
    shop.ends("retried", execution, "Failed")
    retry = shop.codepipeline.retry_stage_execution
    again = {"pipelineName": "retried", "stageName": "Gate", "pipelineExecutionId": execution}
    assert refusal(retry, **again | {"stageName": "Nowhere"}, retryMode="ALL_ACTIONS") == "StageNotFoundException"
    nobody = {"pipelineExecutionId": "00000000-0000-4000-8000-000000000000"}
    assert refusal(retry, **again | nobody, retryMode="ALL_ACTIONS") == "StageNotRetryableException"
    retry(**again, retryMode="FAILED_ACTIONS")
    shop.answer("retried", "Gate", "Other", "Rejected", "still no")
    shop.ends("retried", execution, "Failed")
    runs = shop.codepipeline.list_action_executions(pipelineName="retried", filter={"pipelineExecutionId": execution})[
        "actionExecutionDetails"
    ]
    assert [each["actionName"] for each in runs] == ["Other", "Other", "First", "Source"]
    assert action_log(shop.config, "retried", execution, "Gate", "Other").name == "04-Gate-Other.log"

    retry(**again, retryMode="ALL_ACTIONS")
    shop.answer("retried", "Gate", "First")
    shop.answer("retried", "Gate", "Other")
    shop.answer("retried", "Second", "Later")
    assert shop.ends("retried", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    assert shop.state("retried", "Gate")["retryStageMetadata"] == {
        "autoStageRetryAttempt": 0,
        "manualStageRetryAttempt": 2,
        "latestRetryTrigger": "ManualStageRetry",
    }


def test_a_newer_execution_supersedes_one_that_waits_behind_an_approval(shop: Shop) -> None:
    copy, first = gated(shop, "overtaken")
    shop.token("overtaken", "Gate", "Approve")
    pushed = []
    for number in range(2):
        copy.commit({"README": f"words {number}"})
        copy.push()
        newest = shop.executions("overtaken")[-1]["pipelineExecutionId"]
        pushed.append(newest)
        eventually(lambda: _waits(shop, "overtaken", "Gate", pushed[-1]), "the newest to wait in front of the gate")
    second, third = pushed
    assert shop.ends("overtaken", second, "Superseded")["statusSummary"].endswith(third)
    assert shop.execution("overtaken", first)["status"] == "InProgress"
    shop.answer("overtaken", "Gate", "Approve", "Rejected", "too old")
    shop.ends("overtaken", first, "Failed")
    shop.answer("overtaken", "Gate", "Approve")
    shop.answer("overtaken", "Second", "Later")
    assert shop.ends("overtaken", third, "Succeeded", "Failed")["status"] == "Succeeded"
    outdated = refusal(
        shop.codepipeline.retry_stage_execution,
        pipelineName="overtaken",
        stageName="Gate",
        pipelineExecutionId=first,
        retryMode="FAILED_ACTIONS",
    )
    assert outdated == "NotLatestPipelineExecutionException"


def _waits(shop: Shop, name: str, where: str, execution: str) -> bool:
    inbound = shop.state(name, where).get("inboundExecutions", [])
    return [each["pipelineExecutionId"] for each in inbound] == [execution]


def test_a_closed_transition_keeps_executions_in_front_of_the_stage(shop: Shop) -> None:
    _, execution = gated(shop, "closed")
    transition = {"pipelineName": "closed", "stageName": "Second", "transitionType": "Inbound"}
    shop.codepipeline.disable_stage_transition(**transition, reason="release freeze")
    shop.answer("closed", "Gate", "Approve")
    eventually(lambda: _waits(shop, "closed", "Second", execution), "the execution to wait")
    state = shop.state("closed", "Second")["inboundTransitionState"]
    assert (state["enabled"], state["disabledReason"]) == (False, "release freeze")
    shop.codepipeline.enable_stage_transition(**transition)
    shop.answer("closed", "Second", "Later")
    assert shop.ends("closed", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    outbound = transition | {"transitionType": "Outbound"}
    assert refusal(shop.codepipeline.enable_stage_transition, **outbound) == "ValidationException"


def test_a_stage_retries_itself_once_when_told_to(shop: Shop) -> None:
    _, execution = gated(shop, "stubborn", gate={"onFailure": {"result": "RETRY"}})
    for _ in range(2):
        shop.answer("stubborn", "Gate", "Approve", "Rejected", "no")
    shop.ends("stubborn", execution, "Failed")
    metadata = shop.state("stubborn", "Gate")["retryStageMetadata"]
    assert (metadata["autoStageRetryAttempt"], metadata["latestRetryTrigger"]) == (1, "AutomatedStageRetry")


def test_a_failed_stage_is_rolled_back_to_the_last_success_when_told_to(shop: Shop) -> None:
    copy, first = gated(shop, "returning", gate={"onFailure": {"result": "ROLLBACK"}})
    shop.answer("returning", "Gate", "Approve")
    shop.answer("returning", "Second", "Later")
    shop.ends("returning", first, "Succeeded")
    copy.commit({"README": "broken"})
    copy.push()
    second = shop.executions("returning")[-1]["pipelineExecutionId"]
    shop.answer("returning", "Gate", "Approve", "Rejected", "broken")
    shop.ends("returning", second, "Failed")
    rollback = eventually(
        lambda: next((each for each in shop.executions("returning") if each["executionType"] == "ROLLBACK"), None),
        "a rollback",
    )
    assert rollback["rollbackMetadata"] == {"rollbackTargetPipelineExecutionId": first}
    assert rollback["trigger"] == {"triggerType": "AutomatedRollback", "triggerDetail": second}
    assert rollback["sourceRevisions"] == shop.executions("returning")[0]["sourceRevisions"]
    shop.answer("returning", "Gate", "Approve")
    ended = shop.ends("returning", rollback["pipelineExecutionId"], "Succeeded", "Failed")
    assert ended["status"] == "Succeeded"
    assert set(shop.actions("returning", rollback["pipelineExecutionId"])) == {"Approve"}


def test_a_stage_is_rolled_back_by_hand(shop: Shop) -> None:
    copy, first = gated(shop, "byhand")
    roll_back = shop.codepipeline.rollback_stage
    wanted = {"pipelineName": "byhand", "stageName": "Gate", "targetPipelineExecutionId": first}
    assert refusal(roll_back, **wanted) == "UnableToRollbackStageException"
    assert refusal(roll_back, **wanted | {"stageName": "Nowhere"}) == "StageNotFoundException"
    shop.answer("byhand", "Gate", "Approve")
    shop.answer("byhand", "Second", "Later")
    shop.ends("byhand", first, "Succeeded")
    copy.commit({"README": "newer"})
    copy.push()
    second = shop.executions("byhand")[-1]["pipelineExecutionId"]
    shop.token("byhand", "Gate", "Approve")
    assert refusal(roll_back, **wanted) == "UnableToRollbackStageException"
    shop.answer("byhand", "Gate", "Approve", "Rejected", "no")
    shop.ends("byhand", second, "Failed")
    rollback = roll_back(**wanted)["pipelineExecutionId"]
    shop.answer("byhand", "Gate", "Approve", "Rejected", "no, again")
    shop.ends("byhand", rollback, "Failed")
    shop.codepipeline.retry_stage_execution(
        pipelineName="byhand", stageName="Gate", pipelineExecutionId=rollback, retryMode="FAILED_ACTIONS"
    )
    shop.answer("byhand", "Gate", "Approve")
    assert shop.ends("byhand", rollback, "Succeeded", "Failed")["status"] == "Succeeded"
    declared = shop.codepipeline.get_pipeline(name="byhand")["pipeline"]
    shop.codepipeline.update_pipeline(pipeline=declared)
    assert refusal(roll_back, **wanted) == "PipelineExecutionOutdatedException"


def test_an_execution_is_started_with_variables_and_a_commit(shop: Shop) -> None:
    gate = approval(configuration={"CustomData": "#{variables.ticket} for #{variables.team}"})
    variables = [{"name": "ticket"}, {"name": "team", "defaultValue": "payments"}]
    copy, _ = gated(shop, "chosen", gate, variables=variables)
    old = copy.git("rev-parse", "HEAD")
    copy.commit({"README": "newer"})
    copy.push()
    start = shop.codepipeline.start_pipeline_execution
    assert refusal(start, name="chosen") == "ValidationException"
    ticket = {"name": "ticket", "value": "T-1"}
    assert refusal(start, name="chosen", variables=[{"name": "x", "value": "y"}, ticket]) == "ValidationException"
    revision = {"actionName": "Source", "revisionType": "COMMIT_ID", "revisionValue": old}
    elsewhere = [revision | {"actionName": "Nothing"}]
    assert refusal(start, name="chosen", variables=[ticket], sourceRevisions=elsewhere) == "ValidationException"
    started = start(name="chosen", variables=[ticket], sourceRevisions=[revision])["pipelineExecutionId"]

    def asked() -> str | None:
        details = shop.actions("chosen", started).get("Approve", {"input": {}})
        text: str | None = details["input"].get("resolvedConfiguration", {}).get("CustomData")
        return text

    assert eventually(asked, "the approval to ask") == "T-1 for payments"
    assert shop.actions("chosen", started)["Source"]["output"]["outputVariables"]["CommitId"] == old
    assert shop.execution("chosen", started)["variables"] == [
        {"name": "team", "resolvedValue": "payments"},
        {"name": "ticket", "resolvedValue": "T-1"},
    ]


def test_a_variable_that_nobody_gave_fails_its_action_by_name(shop: Shop) -> None:
    gate = approval(configuration={"CustomData": "#{Source.Colour}"})
    _, execution = gated(shop, "colourless", gate)
    shop.ends("colourless", execution, "Failed")
    error = shop.actions("colourless", execution)["Approve"]["output"]["executionResult"]["errorDetails"]
    assert error["code"] == "ConfigurationError"
    assert error["message"].startswith("CustomData: #{Source.Colour}: the namespace Source holds AuthorDate,")


def test_an_approval_is_announced_on_its_topic(shop: Shop) -> None:
    sns, sqs = shop.emulator.client("sns"), shop.emulator.client("sqs")
    topic = sns.create_topic(Name="approvals")["TopicArn"]
    queue = sqs.create_queue(QueueName="approvals")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy(allow)})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    iam = shop.emulator.client("iam")
    publish = policy(statement("sns:Publish", topic))
    iam.put_role_policy(RoleName="pipeline", PolicyName="announce", PolicyDocument=publish)
    question = {"NotificationArn": topic, "CustomData": "may it?", "ExternalEntityLink": "https://example.com/change"}
    gated(shop, "announced", approval(configuration=question))
    token = shop.token("announced", "Gate", "Approve")
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert told["region"] == "eu-west-1"
    assert told["approval"]["token"] == token
    assert told["approval"]["customData"] == "may it?"
    assert (told["approval"]["pipelineName"], told["approval"]["stageName"]) == ("announced", "Gate")


def test_a_deleted_pipeline_ends_what_ran(shop: Shop) -> None:
    _, execution = gated(shop, "deleted")
    shop.token("deleted", "Gate", "Approve")
    shop.codepipeline.delete_pipeline(name="deleted")
    log = action_log(shop.config, "deleted", execution, "Gate", "Approve")
    eventually(lambda: log.read_text().endswith("abandoned\n"), "the approval to be abandoned")
    assert not list((shop.config.state_dir / "codepipeline").rglob(f"{execution}.json"))
    shop.create("deleted", stage("Source", source("acme/deleted")), SECOND)
    assert len(shop.executions("deleted")) == 1
