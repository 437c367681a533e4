"""What the pipeline promises about the way of a push."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.synthesis import ROOT, SETTINGS, Resource, Template, of_type

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


def test_a_push_goes_through_dev_and_approval_to_prod(stages: Stages) -> None:
    assert {name: in_order(actions) for name, actions in stages.items()} == {
        "Source": [["Source"]],
        "Build": [["Synth"]],
        "UpdatePipeline": [["SelfMutate"]],
        "Assets": [["FileAssets"]],
        "Dev": [["dev-tap.Prepare"], ["dev-tap.Deploy"], ["Check"]],
        "Prod": [
            ["Approve"],
            ["prod-tap.Prepare"],
            ["prod-tap.Guard"],
            ["prod-tap.Deploy"],
            ["Protect"],
            ["Check"],
        ],
    }
    assert list(stages) == ["Source", "Build", "UpdatePipeline", "Assets", "Dev", "Prod"]


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
    assert ":222222222222-us-east-1" in published
    assert ":333333333333-us-east-1" in published


def test_stages_deploy_by_change_set_in_their_own_account(stages: Stages) -> None:
    for stage, account in (("Dev", "222222222222"), ("Prod", "333333333333")):
        prepare, deploy = (named(stages[stage], f"{stage.lower()}-tap.{step}") for step in ("Prepare", "Deploy"))
        assert prepare["Configuration"]["ActionMode"] == "CHANGE_SET_REPLACE"
        assert deploy["Configuration"]["ActionMode"] == "CHANGE_SET_EXECUTE"
        assert prepare["Configuration"]["ChangeSetName"] == deploy["Configuration"]["ChangeSetName"]
        for action in (prepare, deploy):
            role = f":iam::{account}:role/cdk-hnb659fds-deploy-role-{account}-us-east-1"
            assert role in json.dumps(action["RoleArn"])


def test_the_guard_looks_at_the_change_set_that_is_about_to_execute(stages: Stages, builds: Builds) -> None:
    project = builds["Prod/prod-tap.Guard"]
    given = {entry["Name"]: entry["Value"] for entry in project["Environment"]["EnvironmentVariables"]}
    executed = named(stages["Prod"], "prod-tap.Deploy")["Configuration"]
    assert given["CHANGE_SET_NAME"] == executed["ChangeSetName"]
    assert given["STACK_NAME"] == executed["StackName"]
    assert given["STAGE_ADDRESS"] == "TapPipeline/Prod"
    assert commands(project, "build") == ["make SETUP=steps setup guard-stage"]


def test_approvers_are_asked_by_mail(stages: Stages, pipeline_template: Template) -> None:
    configuration = named(stages["Prod"], "Approve")["Configuration"]
    ((topic, _),) = of_type(pipeline_template, "AWS::SNS::Topic").items()
    assert configuration["NotificationArn"] == {"Ref": topic}
    assert "prod" in configuration["CustomData"]
    subscriptions = of_type(pipeline_template, "AWS::SNS::Subscription").values()
    assert [subscription["Properties"] for subscription in subscriptions] == [
        {"Protocol": "email", "Endpoint": address, "TopicArn": {"Ref": topic}} for address in SETTINGS["approvers"]
    ]


def test_checks_learn_from_the_stage_what_was_deployed(
    stages: Stages, builds: Builds, dev_template: Template, prod_template: Template
) -> None:
    for stage, template in (("Dev", dev_template), ("Prod", prod_template)):
        check, project = named(stages[stage], "Check"), builds[f"{stage}/Check"]
        assert commands(project, "build") == ["make SETUP=steps setup check-stage"]
        given = {entry["Name"]: entry["Value"] for entry in project["Environment"]["EnvironmentVariables"]}
        assert given == {"STAGE_NAME": stage.lower(), "STAGE_REGION": "us-east-1"}
        namespace = named(stages[stage], f"{stage.lower()}-tap.Deploy")["Namespace"]
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


def test_the_pipeline_and_prod_cannot_be_deleted_by_mistake(assembly: Path) -> None:
    protected = {
        artifact["displayName"]: artifact["properties"].get("terminationProtection", False)
        for manifest in assembly.rglob("manifest.json")
        for artifact in json.loads(manifest.read_text())["artifacts"].values()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    assert protected == {"TapPipeline": True, "TapPipeline/Dev/Tap": False, "TapPipeline/Prod/Tap": True}
