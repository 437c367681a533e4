"""What the pipeline promises about the way of a push."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tap_stack.settings import StageSettings
from tests.stages import configured_stages, names, retained
from tests.synthesis import ROOT, SETTINGS, Resource, Template, of_type
from tests.unit.tap_stack.workload import Workload

Stages = Mapping[str, list[Resource]]
Builds = Mapping[str, Resource]
PACKAGE = json.loads((ROOT / "package.json").read_text())["dependencies"]


def in_order(actions: list[Resource]) -> list[list[str]]:
    """The names of a stage's actions, those that run side by side together."""
    runs = sorted({action["RunOrder"] for action in actions})
    return [[action["Name"] for action in actions if action["RunOrder"] == run] for run in runs]


def named(actions: list[Resource], name: str) -> Resource:
    (found,) = (action for action in actions if action["Name"] == name)
    return found


def commands(project: Resource, phase: str) -> Any:
    return json.loads(project["Source"]["BuildSpec"])["phases"][phase]["commands"]


def variables(action: Resource) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in json.loads(action["Configuration"]["EnvironmentVariables"])}


every_stage = pytest.mark.parametrize("stage", configured_stages(), ids=names())
approved_stages = pytest.mark.parametrize("stage", [each for each in configured_stages() if each.approval_required])
guarded_stages = pytest.mark.parametrize("stage", [each for each in configured_stages() if retained(each)])


def test_push_goes_through_every_stage_in_order(stages: Stages) -> None:
    first = {"Source": [["Source"]], "Build": [["Synth"]]}
    first |= {"UpdatePipeline": [["SelfMutate"]], "Assets": [["FileAssets"]]}
    assert {name: in_order(stages[name]) for name in first} == first
    assert list(stages) == [*first, *(stage.construct_id for stage in configured_stages())]


@every_stage
def test_stage_has_the_actions_that_its_protections_ask_for(stages: Stages, stage: StageSettings) -> None:
    expected = ["Approve"] if stage.approval_required else []
    expected += [f"{stage.stack_name}.Prepare"]
    expected += [f"{stage.stack_name}.Guard"] if retained(stage) else []
    expected += [f"{stage.stack_name}.Deploy"]
    expected += ["Protect"] if stage.termination_protection else []
    assert in_order(stages[stage.construct_id]) == [*([action] for action in expected), ["Check"]]


def test_a_push_to_the_branch_starts_it_through_the_connection(stages: Stages) -> None:
    (source,) = stages["Source"]
    assert source["ActionTypeId"]["Provider"] == "CodeStarSourceConnection"
    assert source["Configuration"] == {
        "ConnectionArn": SETTINGS["connection_arn"],
        "FullRepositoryId": "your-organisation/tap-delivery",
        "BranchName": "main",
        "DetectChanges": True,
    }


def test_it_is_a_second_generation_pipeline_that_restarts_when_it_changes(pipeline: Resource) -> None:
    assert pipeline["PipelineType"] == "V2"
    assert pipeline["RestartExecutionOnUpdate"] is True


def test_synth_runs_the_verbs_that_people_run(builds: Builds) -> None:
    spec = json.loads(builds["Build/Synth"]["Source"]["BuildSpec"])
    assert spec["phases"]["build"]["commands"] == ["make SETUP=synth setup", "make SETUP=synth --jobs=2 unit synth"]
    assert spec["artifacts"]["base-directory"] == "cdk.out"
    verbs = (ROOT / "Makefile").read_text()
    assert all(f"\n{verb}:" in verbs for verb in ("setup", "unit", "synth"))


def test_it_deploys_itself_with_the_cli_that_people_have(builds: Builds) -> None:
    project = builds["UpdatePipeline/SelfMutate"]
    assert commands(project, "install") == [f"npm install -g aws-cdk@{PACKAGE['aws-cdk']}"]
    assert commands(project, "build") == ["cdk -a . deploy TapPipeline --require-approval=never --verbose"]


def test_one_job_publishes_every_asset_with_the_pinned_publisher(
    assembly: Path, builds: Builds, stages: Stages
) -> None:
    assert len(stages["Assets"]) == 1
    spec = json.loads((assembly / builds["Assets/FileAssets"]["Source"]["BuildSpec"]).read_text())
    assert spec["phases"]["install"]["commands"] == [f"npm install -g cdk-assets@{PACKAGE['cdk-assets']}"]
    published = "\n".join(spec["phases"]["build"]["commands"])
    for stage in configured_stages():
        assert f":{stage.account}-{stage.region}" in published


@every_stage
def test_stage_deploys_by_change_set_in_its_own_account(stages: Stages, stage: StageSettings) -> None:
    actions = stages[stage.construct_id]
    prepare, deploy = (named(actions, f"{stage.stack_name}.{step}") for step in ("Prepare", "Deploy"))
    assert prepare["Configuration"]["ActionMode"] == "CHANGE_SET_REPLACE"
    assert deploy["Configuration"]["ActionMode"] == "CHANGE_SET_EXECUTE"
    assert prepare["Configuration"]["ChangeSetName"] == deploy["Configuration"]["ChangeSetName"]
    for action in (prepare, deploy):
        role = f":iam::{stage.account}:role/cdk-hnb659fds-deploy-role-{stage.account}-{stage.region}"
        assert role in json.dumps(action["RoleArn"])


@guarded_stages
def test_the_guard_looks_at_the_change_set_that_is_about_to_execute(
    stages: Stages, builds: Builds, stage: StageSettings
) -> None:
    project = builds[f"{stage.construct_id}/{stage.stack_name}.Guard"]
    given = {entry["Name"]: entry["Value"] for entry in project["Environment"]["EnvironmentVariables"]}
    executed = named(stages[stage.construct_id], f"{stage.stack_name}.Deploy")["Configuration"]
    assert given["CHANGE_SET_NAME"] == executed["ChangeSetName"]
    assert given["STACK_NAME"] == executed["StackName"]
    assert given["STAGE_ADDRESS"] == f"TapPipeline/{stage.construct_id}"
    assert commands(project, "build") == ["make SETUP=steps setup guard-stage"]


@approved_stages
def test_approvers_are_asked_by_mail(stages: Stages, pipeline_template: Template, stage: StageSettings) -> None:
    configuration = named(stages[stage.construct_id], "Approve")["Configuration"]
    ((topic, _),) = of_type(pipeline_template, "AWS::SNS::Topic").items()
    assert configuration["NotificationArn"] == {"Ref": topic}
    assert stage.name in configuration["CustomData"]
    subscriptions = of_type(pipeline_template, "AWS::SNS::Subscription").values()
    assert [subscription["Properties"] for subscription in subscriptions] == [
        {"Protocol": "email", "Endpoint": address, "TopicArn": {"Ref": topic}} for address in SETTINGS["approvers"]
    ]


def test_checks_learn_from_the_stage_what_was_deployed(
    stages: Stages, builds: Builds, workloads: list[Workload]
) -> None:
    for workload in workloads:
        stage, template = workload.settings, workload.template
        check, project = named(stages[stage.construct_id], "Check"), builds[f"{stage.construct_id}/Check"]
        assert commands(project, "build") == ["make SETUP=steps setup check-stage"]
        given = {entry["Name"]: entry["Value"] for entry in project["Environment"]["EnvironmentVariables"]}
        assert given == {"STAGE_NAME": stage.name, "STAGE_REGION": stage.region}
        namespace = named(stages[stage.construct_id], f"{stage.stack_name}.Deploy")["Namespace"]
        values = variables(check)
        assert set(values.values()) == {f"#{{{namespace}.{output}}}" for output in template["Outputs"]}
        assert values["CHECK_ROLE_ARN"] == f"#{{{namespace}.CheckRoleArn}}"
        assert check["InputArtifacts"] == stages["Source"][0]["OutputArtifacts"]


def test_builds_have_the_runtimes_that_the_tools_need_and_a_time_limit(assembly: Path, builds: Builds) -> None:
    for project in builds.values():
        text = project["Source"]["BuildSpec"]
        spec = json.loads(text if text.startswith("{") else (assembly / text).read_text())
        assert spec["phases"]["install"]["runtime-versions"] == {"python": "3.12", "nodejs": "22"}
        assert project["TimeoutInMinutes"] == 30
        assert project["Environment"]["PrivilegedMode"] is False


def test_the_pipeline_is_known_by_an_output(pipeline_template: Template) -> None:
    ((pipeline, _),) = of_type(pipeline_template, "AWS::CodePipeline::Pipeline").items()
    assert pipeline_template["Outputs"]["PipelineName"]["Value"] == {"Ref": pipeline}


def test_pipeline_and_protected_stages_cannot_be_deleted_by_mistake(assembly: Path) -> None:
    protected = {
        artifact["displayName"]: artifact["properties"].get("terminationProtection", False)
        for manifest in assembly.rglob("manifest.json")
        for artifact in json.loads(manifest.read_text())["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    stages = {f"TapPipeline/{each.construct_id}/Tap": each.termination_protection for each in configured_stages()}
    assert protected == {"TapPipeline": True, **stages}
