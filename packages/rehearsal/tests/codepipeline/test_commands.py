"""Commands of a pipeline run on this machine, under the pipeline's role."""

from pathlib import Path
from typing import Any

import pytest
from tests.codepipeline.emulated import TOOLS
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

LOGS = statement(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])


def commands(name: str, *lines: str, **members: Any) -> Json:
    members.setdefault("inputArtifacts", [{"name": "Files"}])
    return action(name, "Compute", "Commands", commands=list(lines), **members)


@pytest.fixture(scope="module", autouse=True)
def role(shop: Shop) -> None:
    shop.role("commander", *ALL_OF_THE_PIPELINE, LOGS, statement("secretsmanager:GetSecretValue"))


def run(shop: Shop, name: str, *stages: Json, role: str = "commander") -> str:
    copy = shop.working_copy(f"acme/{name}")
    copy.commit({"greeting": "hello"})
    copy.push()
    shop.create(name, stage("Source", source(f"acme/{name}")), *stages, role=role)
    found: str = shop.executions(name)[0]["pipelineExecutionId"]
    return found


def test_commands_see_files_variables_and_secrets_and_hand_on_files_and_variables(shop: Shop) -> None:
    shop.emulator.client("secretsmanager").create_secret(Name="token", SecretString="open sesame")
    work = commands(
        "Work",
        "mkdir out && cp greeting out/",
        'echo "$WHO of #{Source.BranchName}" >> out/greeting',
        'export WORDS="$(wc -w < out/greeting | tr -d " ")"',
        'test "$TOKEN" = "open sesame"',
        environmentVariables=[
            {"name": "WHO", "value": "friends #{codepipeline.PipelineExecutionId}"},
            {"name": "TOKEN", "value": "token", "type": "SECRETS_MANAGER"},
        ],
        outputArtifacts=[{"name": "Out", "files": ["out/**/"]}],
        outputVariables=["WORDS"],
        namespace="Work",
    )
    read = commands("Read", "cat out/greeting", inputArtifacts=[{"name": "Out"}])
    tell = approval("Tell", runOrder=2, configuration={"CustomData": "#{Work.WORDS} words"})
    execution = run(shop, "commanded", stage("Work", work), stage("Read", read, tell))
    shop.answer("commanded", "Read", "Tell")
    assert shop.ends("commanded", execution, "Succeeded", "Failed")["status"] == "Succeeded"
    details = shop.actions("commanded", execution)
    assert details["Tell"]["input"]["resolvedConfiguration"]["CustomData"] == "4 words"
    (log,) = shop.config.action_logs.glob(f"commanded/{execution}/*-Read.log")
    assert "hello" in log.read_text()
    assert f"friends {execution} of main" in log.read_text()
    groups = shop.emulator.client("logs").describe_log_groups(logGroupNamePrefix="/aws/codepipeline/")["logGroups"]
    assert "/aws/codepipeline/commanded" in {each["logGroupName"] for each in groups}
    projects = shop.emulator.client("codebuild").list_projects()["projects"]
    assert not [each for each in projects if each.startswith("commanded")]


def test_a_command_that_fails_fails_the_action_with_it(shop: Shop) -> None:
    execution = run(shop, "failing-command", stage("Work", commands("Work", "true", "exit 7")))
    shop.ends("failing-command", execution, "Failed")
    result = shop.actions("failing-command", execution)["Work"]["output"]["executionResult"]
    assert "Phase: BUILD, Code: COMMAND_EXECUTION_ERROR" in result["errorDetails"]["message"]
    assert "exit 7" in result["errorDetails"]["message"]


def test_commands_run_under_the_pipeline_s_role_and_need_its_log_permissions(shop: Shop, tmp_path: Path) -> None:
    execution = run(shop, "unlogged", stage("Work", commands("Work", "true")), role="pipeline")
    shop.ends("unlogged", execution, "Failed")
    message = shop.actions("unlogged", execution)["Work"]["output"]["executionResult"]["errorDetails"]["message"]
    assert f"arn:aws:sts::{TOOLS}:assumed-role/pipeline/" in message
    assert "logs:CreateLogStream" in message


def test_commands_are_a_rule_too(shop: Shop) -> None:
    rule = {
        "name": "Greets",
        "ruleTypeId": {"category": "Rule", "owner": "AWS", "provider": "Commands", "version": "1"},
        "commands": ["grep -q goodbye greeting"],
        "inputArtifacts": [{"name": "Files"}],
    }
    entry = {"conditions": [{"result": "FAIL", "rules": [rule]}]}
    execution = run(shop, "ruled-by-commands", stage("Gate", approval(), beforeEntry=entry))
    summary = shop.ends("ruled-by-commands", execution, "Failed")["statusSummary"]
    assert "rule Greets failed: Build terminated with state: FAILED. Phase: BUILD" in summary
    read = shop.codepipeline.get_pipeline(name="ruled-by-commands")["pipeline"]
    assert shop.codepipeline.update_pipeline(pipeline=read)["pipeline"]["version"] == 2
