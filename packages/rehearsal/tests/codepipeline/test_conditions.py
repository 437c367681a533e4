"""Stage conditions: checked before a stage, after it succeeded and after it failed."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.codepipeline.emulated import eventually
from tests.codepipeline.functions import INVOKE, REPORT, function
from tests.codepipeline.shop import ALL_OF_THE_PIPELINE, Json, Shop, approval, source, stage, statement

# Fails the job for as long as the parameter `verdict` does not say otherwise.
JUDGE = """
import boto3

def handler(event, context):
    job = event["CodePipeline.job"]
    api, wanted = boto3.client("codepipeline"), job["data"]["actionConfiguration"]["configuration"]["UserParameters"]
    if boto3.client("ssm").get_parameter(Name=wanted)["Parameter"]["Value"] == "good":
        api.put_job_success_result(jobId=job["id"], executionDetails={"summary": "it is good"})
    else:
        api.put_job_failure_result(jobId=job["id"], failureDetails={"type": "JobFailed", "message": "it is bad"})
"""
NEVER = {"Cron": "0 0 0 1 1 ? 1970"}
ALWAYS = {"Cron": "* * * * * ? *", "TimeZone": "Europe/Berlin"}


@pytest.fixture(scope="module", autouse=True)
def judge(shop: Shop) -> None:
    shop.role("conditional", *ALL_OF_THE_PIPELINE, INVOKE, statement("cloudwatch:DescribeAlarms"))
    function(shop, "judge", JUDGE, REPORT, statement("ssm:GetParameter"))


def say(shop: Shop, name: str, verdict: str) -> None:
    shop.emulator.client("ssm").put_parameter(Name=name, Value=verdict, Type="String", Overwrite=True)


def rule(name: str, provider: str, **members: Any) -> Json:
    return {"name": name, "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": provider}, **members}


def judged(parameter: str) -> Json:
    return rule("Judged", "LambdaInvoke", configuration={"FunctionName": "judge", "UserParameters": parameter})


def checked(operator: str, value: str, variable: str = "#{Source.BranchName}") -> Json:
    configuration = {"Variable": variable, "Operator": operator, "Value": value}
    return rule("Checked", "VariableCheck", configuration=configuration)


def window(**configuration: str) -> Json:
    return rule("Window", "DeploymentWindow", configuration=configuration)


def alarm(name: str, **configuration: str) -> Json:
    return rule("Alarm", "CloudWatchAlarm", configuration={"AlarmName": name, **configuration})


def condition(result: str, *rules: Json) -> Json:
    return {"conditions": [{"result": result, "rules": list(rules)}]}


def run(shop: Shop, name: str, *stages: Json) -> str:
    """Push a commit and create a pipeline behind it; return its first execution."""
    copy = shop.working_copy(f"acme/{name}")
    copy.commit({"README": "words"})
    copy.push()
    shop.create(name, stage("Source", source(f"acme/{name}")), *stages, role="conditional")
    found: str = shop.executions(name)[0]["pipelineExecutionId"]
    return found


def state(shop: Shop, name: str, stage_name: str, kind: str = "beforeEntry") -> Json:
    found: Json = shop.state(name, stage_name)[f"{kind}ConditionState"]
    return found


def settled(shop: Shop, name: str, stage_name: str, kind: str, status: str) -> Json:
    def look() -> Json | None:
        found = state(shop, name, stage_name, kind)
        return found if found.get("latestExecution", {}).get("status") == status else None

    return eventually(look, f"{name}: condition {kind} of {stage_name} to be {status}")


def override(shop: Shop, name: str, execution: str, kind: str = "BEFORE_ENTRY", stage_name: str = "Gate") -> None:
    shop.codepipeline.override_stage_condition(
        pipelineName=name, stageName=stage_name, pipelineExecutionId=execution, conditionType=kind
    )


def refusal(shop: Shop, *arguments: str) -> str:
    with pytest.raises(ClientError) as refused:
        override(shop, *arguments)
    code: str = refused.value.response["Error"]["Code"]
    return code


def test_an_entry_condition_lets_in_what_meets_every_rule(shop: Shop) -> None:
    say(shop, "entered", "good")
    rules = (judged("entered"), checked("EQ", "main"), window(**ALWAYS))
    gate = stage("Gate", approval(), beforeEntry=condition("FAIL", *rules))
    execution = run(shop, "entered", gate)
    shop.answer("entered", "Gate", "Approve")
    assert shop.ends("entered", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    found = state(shop, "entered", "Gate")
    assert found["latestExecution"] == {"status": "Succeeded"}
    (one,) = found["conditionStates"]
    assert {each["ruleName"]: each["latestExecution"]["summary"] for each in one["ruleStates"]} == {
        "Judged": "it is good",
        "Checked": "'main' EQ 'main' holds",
        "Window": "Inside the deployment window * * * * * ? * (Europe/Berlin)",
    }


def test_an_entry_condition_that_is_not_met_fails_the_stage_before_its_actions(shop: Shop) -> None:
    gate = stage("Gate", approval(), beforeEntry=condition("FAIL", checked("CONTAINS", "release"), window(**ALWAYS)))
    execution = run(shop, "barred", gate)
    ended = shop.ends("barred", execution, "Failed", "Succeeded")
    reason = "rule Checked failed: 'main' CONTAINS 'release' does not hold"
    assert ended["statusSummary"] == f"The BEFORE_ENTRY condition of stage Gate was not met: {reason}"
    assert "Approve" not in shop.actions("barred", execution)
    found = state(shop, "barred", "Gate")
    assert found["latestExecution"] == {"status": "Failed", "summary": reason}

    details = shop.codepipeline.list_rule_executions(pipelineName="barred", filter={"pipelineExecutionId": execution})[
        "ruleExecutionDetails"
    ]
    (failed,) = [each for each in details if each["ruleName"] == "Checked"]
    assert (failed["status"], failed["stageName"], failed["pipelineVersion"]) == ("Failed", "Gate", 1)
    assert failed["input"]["configuration"]["Variable"] == "#{Source.BranchName}"
    assert failed["input"]["resolvedConfiguration"]["Variable"] == "main"
    assert failed["output"]["executionResult"]["errorDetails"]["code"] == "JobFailed"
    pages = shop.codepipeline.get_paginator("list_rule_executions").paginate(
        pipelineName="barred", PaginationConfig={"PageSize": 1}
    )
    assert [each["ruleName"] for page in pages for each in page["ruleExecutionDetails"]] == ["Window", "Checked"]


def test_a_failed_entry_condition_is_overridden_and_the_stage_runs(shop: Shop) -> None:
    gate = stage("Gate", approval(), beforeEntry=condition("FAIL", checked("NE", "main")))
    execution = run(shop, "passed", gate)
    shop.ends("passed", execution, "Failed")
    override(shop, "passed", execution)
    shop.answer("passed", "Gate", "Approve")
    assert shop.ends("passed", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    assert state(shop, "passed", "Gate")["latestExecution"]["status"] == "Overridden"
    assert refusal(shop, "passed", execution) == "ConditionNotOverridableException"


def test_a_rule_that_still_waits_is_abandoned_by_an_override(shop: Shop) -> None:
    gate = stage("Gate", approval(), beforeEntry=condition("FAIL", window(**NEVER)))
    execution = run(shop, "waiting", gate)

    def summary() -> str:
        (one,) = state(shop, "waiting", "Gate").get("conditionStates", [{}])
        rules = one.get("ruleStates", [])
        return str(rules[0]["latestExecution"].get("summary", "")) if rules else ""

    assert eventually(summary, "the rule to wait") == "Waits for the deployment window 0 0 0 1 1 ? 1970 (UTC)"
    assert shop.state("waiting", "Gate")["latestExecution"]["status"] == "InProgress"
    override(shop, "waiting", execution)
    shop.answer("waiting", "Gate", "Approve")
    assert shop.ends("waiting", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    (rules,) = [each["ruleStates"] for each in state(shop, "waiting", "Gate")["conditionStates"]]
    assert [each["latestExecution"]["status"] for each in rules] == ["Abandoned"]


def test_a_skipped_stage_is_passed_over_and_cannot_be_overridden_or_retried(shop: Shop) -> None:
    optional = stage("Optional", approval(), beforeEntry=condition("SKIP", checked("MATCHES", "release/.*")))
    execution = run(shop, "skipped", optional, stage("Gate", approval()))
    shop.answer("skipped", "Gate", "Approve")
    assert shop.ends("skipped", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    assert shop.state("skipped", "Optional")["latestExecution"]["status"] == "Skipped"
    assert list(shop.actions("skipped", execution)) == ["Source", "Approve"]
    assert refusal(shop, "skipped", execution, "BEFORE_ENTRY", "Optional") == "ConditionNotOverridableException"
    with pytest.raises(ClientError, match="StageNotRetryableException"):
        shop.codepipeline.retry_stage_execution(
            pipelineName="skipped",
            stageName="Optional",
            pipelineExecutionId=execution,
            retryMode="FAILED_ACTIONS",
        )


def test_a_success_condition_that_is_not_met_fails_the_stage_and_overriding_it_goes_on_behind(shop: Shop) -> None:
    say(shop, "unproven", "bad")
    work = stage("Work", approval("Do"), onSuccess=condition("FAIL", judged("unproven")))
    execution = run(shop, "unproven", work, stage("Gate", approval()))
    shop.answer("unproven", "Work", "Do")
    assert shop.ends("unproven", execution, "Failed")["statusSummary"].endswith("rule Judged failed: it is bad")
    assert shop.state("unproven", "Work")["latestExecution"]["status"] == "Failed"
    override(shop, "unproven", execution, "ON_SUCCESS", "Work")
    shop.answer("unproven", "Gate", "Approve")
    assert shop.ends("unproven", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    assert shop.state("unproven", "Work")["latestExecution"]["status"] == "Succeeded"


def test_overriding_the_condition_of_the_last_stage_ends_the_execution_well(shop: Shop) -> None:
    execution = run(shop, "last", stage("Work", approval("Do"), onSuccess=condition("FAIL", checked("NE", "main"))))
    shop.answer("last", "Work", "Do")
    shop.ends("last", execution, "Failed")
    override(shop, "last", execution, "ON_SUCCESS", "Work")
    assert shop.ends("last", execution, "Succeeded")


def test_a_retry_checks_a_condition_again(shop: Shop) -> None:
    say(shop, "again", "bad")
    execution = run(shop, "again", stage("Work", approval("Do"), onSuccess=condition("FAIL", judged("again"))))
    shop.answer("again", "Work", "Do")
    shop.ends("again", execution, "Failed")
    say(shop, "again", "good")
    shop.codepipeline.retry_stage_execution(
        pipelineName="again", stageName="Work", pipelineExecutionId=execution, retryMode="ALL_ACTIONS"
    )
    shop.answer("again", "Work", "Do")
    assert shop.ends("again", execution, "Succeeded")
    rules = shop.codepipeline.list_rule_executions(pipelineName="again")["ruleExecutionDetails"]
    assert [each["status"] for each in rules] == ["Succeeded", "Failed"]


def rolled_back(shop: Shop, name: str, good: str, bad: str) -> Json:
    """The rollback of the bad execution to the good one, once it has ended."""
    shop.ends(name, bad, "Failed")

    def look() -> Json | None:
        found = [each for each in shop.executions(name) if each.get("executionType") == "ROLLBACK"]
        return found[-1] if found else None

    rollback = eventually(look, f"{name}: a rollback")
    assert rollback["rollbackMetadata"]["rollbackTargetPipelineExecutionId"] == good
    assert rollback["trigger"] == {"triggerType": "AutomatedRollback", "triggerDetail": bad}
    shop.answer(name, "Work", "Do")
    return shop.ends(name, rollback["pipelineExecutionId"], "Succeeded", "Failed")


def test_a_success_condition_that_is_not_met_rolls_the_stage_back(shop: Shop) -> None:
    say(shop, "undone", "good")
    good = run(shop, "undone", stage("Work", approval("Do"), onSuccess=condition("ROLLBACK", judged("undone"))))
    shop.answer("undone", "Work", "Do")
    shop.ends("undone", good, "Succeeded")
    say(shop, "undone", "bad")
    bad = shop.start("undone")
    shop.answer("undone", "Work", "Do")
    # What is rolled back to is held up by nothing, though the function still says that it is bad.
    assert rolled_back(shop, "undone", good, bad)["status"] == "Succeeded"


def test_a_failure_condition_rolls_back_if_a_rule_fails_and_does_nothing_otherwise(shop: Shop) -> None:
    say(shop, "ill", "good")
    good = run(shop, "ill", stage("Work", approval("Do"), onFailure=condition("ROLLBACK", judged("ill"))))
    shop.answer("ill", "Work", "Do")
    shop.ends("ill", good, "Succeeded")

    first = shop.start("ill")
    shop.answer("ill", "Work", "Do", "Rejected")
    shop.ends("ill", first, "Failed")
    assert settled(shop, "ill", "Work", "onFailure", "Succeeded")
    assert len(shop.executions("ill")) == 2

    say(shop, "ill", "bad")
    second = shop.start("ill")
    shop.answer("ill", "Work", "Do", "Rejected")
    assert rolled_back(shop, "ill", good, second)["status"] == "Succeeded"


def metric_alarm(shop: Shop, name: str, value: str) -> Any:
    api = shop.emulator.client("cloudwatch")
    api.put_metric_alarm(
        AlarmName=name,
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Sum",
        Period=86400,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    api.set_alarm_state(AlarmName=name, StateValue=value, StateReason="set by a test")
    return api


def test_an_alarm_bars_entry_until_it_is_well(shop: Shop) -> None:
    api = metric_alarm(shop, "errors", "ALARM")
    gate = stage("Gate", approval(), beforeEntry=condition("FAIL", alarm("errors", WaitTime="1000")))
    execution = run(shop, "alarmed", gate)
    settled(shop, "alarmed", "Gate", "beforeEntry", "InProgress")
    api.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="set by a test")
    shop.answer("alarmed", "Gate", "Approve")
    assert shop.ends("alarmed", execution, "Succeeded")


def test_an_alarm_that_goes_off_fails_a_stage_that_had_succeeded(shop: Shop) -> None:
    api = metric_alarm(shop, "later", "OK")
    work = stage("Work", approval("Do"), onSuccess=condition("FAIL", alarm("later", WaitTime="1000")))
    execution = run(shop, "watched", work)
    shop.answer("watched", "Work", "Do")
    settled(shop, "watched", "Work", "onSuccess", "InProgress")
    api.set_alarm_state(AlarmName="later", StateValue="ALARM", StateReason="set by a test")
    ended = shop.ends("watched", execution, "Failed", "Succeeded")
    assert ended["statusSummary"].endswith("rule Alarm failed: Alarm later is in state ALARM")


def test_a_role_that_may_not_look_at_alarms_fails_the_rule_by_name(shop: Shop) -> None:
    role = shop.role("blind", *ALL_OF_THE_PIPELINE)
    gate = stage("Gate", approval(), beforeEntry=condition("FAIL", alarm("errors")))
    copy = shop.working_copy("acme/blind")
    copy.commit({"README": "words"})
    copy.push()
    shop.create("blind", stage("Source", source("acme/blind")), gate, role=role)
    execution = shop.executions("blind")[0]["pipelineExecutionId"]
    summary = shop.ends("blind", execution, "Failed")["statusSummary"]
    assert f"rule Alarm failed: {role} is not permitted to perform DescribeAlarms" in summary


def test_stopping_gives_up_the_rules_that_run(shop: Shop) -> None:
    execution = run(shop, "given-up", stage("Gate", approval(), beforeEntry=condition("FAIL", window(**NEVER))))
    settled(shop, "given-up", "Gate", "beforeEntry", "InProgress")
    shop.codepipeline.stop_pipeline_execution(pipelineName="given-up", pipelineExecutionId=execution, abandon=True)
    assert shop.ends("given-up", execution, "Stopped")
    assert state(shop, "given-up", "Gate")["latestExecution"]["status"] == "Abandoned"


def test_a_new_definition_cancels_a_condition_and_one_of_an_old_definition_is_not_overridden(shop: Shop) -> None:
    execution = run(shop, "redefined", stage("Gate", approval(), beforeEntry=condition("FAIL", window(**NEVER))))
    settled(shop, "redefined", "Gate", "beforeEntry", "InProgress")
    declared = shop.codepipeline.get_pipeline(name="redefined")["pipeline"]
    shop.codepipeline.update_pipeline(pipeline={**declared, "executionMode": "QUEUED"})
    assert shop.ends("redefined", execution, "Cancelled")
    assert state(shop, "redefined", "Gate")["latestExecution"]["status"] == "Cancelled"
    assert refusal(shop, "redefined", execution) == "ConditionNotOverridableException"


def test_a_later_execution_in_the_stage_takes_the_override_away(shop: Shop) -> None:
    first = run(shop, "later", stage("Gate", approval(), beforeEntry=condition("FAIL", checked("NE", "main"))))
    shop.ends("later", first, "Failed")
    second = shop.start("later")
    shop.ends("later", second, "Failed")
    assert refusal(shop, "later", first) == "NotLatestPipelineExecutionException"
    assert refusal(shop, "later", "0" * 8 + "-0000-4000-8000-" + "0" * 12) == "ConditionNotOverridableException"
    assert refusal(shop, "later", second, "ON_SUCCESS") == "ConditionNotOverridableException"


def test_a_build_is_a_rule_too(shop: Shop) -> None:
    missing = rule("Built", "CodeBuild", configuration={"ProjectName": "none"}, inputArtifacts=[{"name": "Files"}])
    execution = run(shop, "built", stage("Gate", approval(), beforeEntry=condition("FAIL", missing)))
    assert "rule Built failed:" in shop.ends("built", execution, "Failed")["statusSummary"]
    (found,) = shop.codepipeline.list_rule_executions(pipelineName="built")["ruleExecutionDetails"]
    assert [each["name"] for each in found["input"]["inputArtifacts"]] == ["Files"]
