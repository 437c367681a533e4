import re
from typing import Any

import pytest
from tests.unit.engine.samples import REGION, action, approval, build, deployment, named, pipeline, source

from cdk_rehearsal.engine.definition import Action, ActionType, Pipeline, Stage
from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.providers import COMMANDS, CONDITION_RULES, RULES, S3_DEPLOY
from cdk_rehearsal.engine.structure import check_structure

SOURCE = Stage(name="Source", actions=(source(namespace="Source"),))


def second(*actions: Action) -> Pipeline:
    return pipeline(SOURCE, Stage(name="Second", actions=actions))


def check(declared: Pipeline) -> None:
    check_structure(declared, RULES, CONDITION_RULES, region=REGION)


def test_a_whole_pipeline_is_accepted() -> None:
    prepare = deployment(
        "Prepare",
        mode="CHANGE_SET_REPLACE",
        input_artifacts=named("Template"),
        configuration={
            "RoleArn": "role",
            "TemplatePath": "Template::app.json",
            "TemplateConfiguration": "Template::x.json",
        },
    )
    check(
        pipeline(
            SOURCE,
            Stage(name="Build", actions=(build(output_artifacts=named("Template")),)),
            Stage(
                name="Deploy",
                actions=(
                    prepare,
                    deployment(run_order=2, namespace="Deploy"),
                    build("Test", run_order=3, configuration={"EnvironmentVariables": "#{Deploy.Url}"}),
                    approval(run_order=4, configuration={"CustomData": "#{Source.CommitId} #{variables.x}"}),
                ),
            ),
        )
    )


DOUBLE_SOURCE = Stage(name="Source", actions=(source(), source("Other", output="Files")))
UNKNOWN = ActionType(category="Invoke", owner="AWS", provider="Oracle", version="1")
CASES: dict[str, tuple[Any, str, str]] = {
    "one stage": (pipeline(SOURCE), "InvalidStructureException", "Pipeline has only 1 stage(s)"),
    "stage names": (pipeline(SOURCE, SOURCE), "InvalidStructureException", "Source has been used more than once"),
    "no actions": (second(), "InvalidStageDeclarationException", "Stage Second has no actions"),
    "action names": (
        second(approval("A"), approval("A", run_order=2)),
        "InvalidStageDeclarationException",
        "within stage Second. A has been used more than once",
    ),
    "unknown provider": (
        second(action("Notify", UNKNOWN)),
        "InvalidActionDeclarationException",
        (
            "Provider: 'Oracle', Owner: 'AWS', Version: '1') in action 'Notify' is not available in region eu-west-1: "
            f"the rehearsal runs {', '.join(sorted({each.provider for each in RULES}))}"
        ),
    ),
    "too few inputs": (
        second(build(inputs=())),
        "InvalidActionDeclarationException",
        "Action Build declares 0 input artifacts which is less than the minimum count (1)",
    ),
    "too many outputs": (
        second(approval(output_artifacts=named("X"))),
        "InvalidActionDeclarationException",
        "Action Approve declares 1 output artifacts which is more than the maximum count (0)",
    ),
    "missing configuration": (
        second(action("Build", build().action_type_id, input_artifacts=named("Files"))),
        "InvalidActionDeclarationException",
        "'Build' is missing required configuration 'ProjectName'",
    ),
    "unknown configuration": (
        second(approval(configuration={"Colour": "red"})),
        "InvalidActionDeclarationException",
        "'Approve' contains unknown configuration 'Colour'",
    ),
    "unsupported value": (
        second(deployment(mode="REPLACE_ON_FAILURE")),
        "InvalidActionDeclarationException",
        "Action 'Deploy': ActionMode 'REPLACE_ON_FAILURE' is not supported; the rehearsal runs CHANGE_SET_EXECUTE",
    ),
    "a full clone for what is no build": (
        pipeline(
            Stage(name="Source", actions=(source(configuration={"OutputArtifactFormat": "CODEBUILD_CLONE_REF"}),)),
            Stage(name="Second", actions=(build(), deployment(input_artifacts=named("Files")))),
        ),
        "InvalidStructureException",
        "Files in action Deploy is a reference to a repository (OutputArtifactFormat CODEBUILD_CLONE_REF), which only",
    ),
    "change set without a role": (
        second(deployment(mode="CHANGE_SET_REPLACE")),
        "InvalidActionDeclarationException",
        "'Deploy' is missing required configuration 'RoleArn'",
    ),
    "deletion without a role": (
        second(deployment(mode="DELETE_ONLY")),
        "InvalidActionDeclarationException",
        "'Deploy' is missing required configuration 'RoleArn'",
    ),
    "template of no artifact": (
        second(
            deployment(
                mode="CREATE_UPDATE",
                input_artifacts=named("Files"),
                configuration={"RoleArn": "role", "TemplatePath": "Other::app.json"},
            )
        ),
        "InvalidActionDeclarationException",
        "TemplatePath 'Other::app.json' must be <input artifact>::<path>, of an input artifact of the action (Files)",
    ),
    "template without an artifact": (
        second(
            deployment(mode="CREATE_UPDATE", configuration={"RoleArn": "role", "TemplatePath": "app.json"}),
        ),
        "InvalidActionDeclarationException",
        "(it has none)",
    ),
    "two kinds of stores": (
        pipeline(artifactStores={REGION: {"type": "S3", "location": "b"}}),
        "InvalidStructureException",
        "either artifactStore or artifactStores",
    ),
    "no store": (pipeline(artifactStore=None), "InvalidStructureException", "either artifactStore or artifactStores"),
    "action in another region": (
        second(approval(region="us-east-1")),
        "InvalidStructureException",
        "Action 'Approve' runs in us-east-1, for which artifactStores names no bucket",
    ),
    "first stage": (
        pipeline(Stage(name="Source", actions=(source(), approval())), Stage(name="Second", actions=(approval(),))),
        "InvalidStructureException",
        "should start with a stage that only contains source actions",
    ),
    "later source": (
        second(source("Late", output="More")),
        "InvalidStructureException",
        "Action 'Late' in stage Second: sources belong in the first stage only",
    ),
    "artifact from nowhere": (
        second(build(inputs=("Nothing",))),
        "InvalidStructureException",
        "Input Artifact Bundle Nothing in action Build is not declared as Output Artifact Bundle",
    ),
    "artifact from beside": (
        second(build(output_artifacts=named("Out")), build("Other", inputs=("Out",))),
        "InvalidStructureException",
        "Input Artifact Bundle Out in action Other",
    ),
    "artifact made twice": (
        pipeline(DOUBLE_SOURCE, Stage(name="Second", actions=(approval(),))),
        "InvalidStructureException",
        "Files has been used more than once",
    ),
    "namespace from nowhere": (
        second(approval(configuration={"CustomData": "#{Deploy.Url}"})),
        "InvalidActionDeclarationException",
        (
            "StageName=[Second], ActionName=[Approve], ActionConfigurationKey=[CustomData], "
            "VariableReferenceText=[#{Deploy.Url}]"
        ),
    ),
    "namespace filled twice": (
        second(approval(namespace="Source")),
        "InvalidStructureException",
        "Namespace must be unique within the pipeline. Source has been used more than once",
    ),
    "trigger of no source": (
        pipeline(
            triggers=[
                {
                    "providerType": "CodeStarSourceConnection",
                    "gitConfiguration": {"sourceActionName": "Other", "push": []},
                }
            ]
        ),
        "InvalidStructureException",
        "Trigger names the source action 'Other'; the first stage has Source",
    ),
    "an archive without a key": (
        second(
            action(
                "Upload",
                S3_DEPLOY,
                configuration={"BucketName": "site", "Extract": "false"},
                input_artifacts=named("Files"),
            )
        ),
        "InvalidActionDeclarationException",
        "Action 'Upload': ObjectKey is required if Extract is false",
    ),
    "commands in a pipeline of type V1": (
        second(action("Run", COMMANDS, commands=("true",), input_artifacts=named("Files"))),
        "InvalidStructureException",
        "Action 'Run' (Compute by Commands) is for pipelines of type V2 only",
    ),
    "no commands": (
        second(action("Run", COMMANDS, input_artifacts=named("Files"))),
        "InvalidActionDeclarationException",
        "Action 'Run': commands are missing",
    ),
    "commands of a build": (
        second(build(commands=("true",), output_variables=("X",))),
        "InvalidActionDeclarationException",
        "Action 'Build': commands, outputVariables: for Commands only",
    ),
    "variable of no namespace in a command": (
        pipeline(
            SOURCE,
            Stage(
                name="Second",
                actions=(
                    action("Run", COMMANDS, commands=("true", "echo #{Later.X}"), input_artifacts=named("Files")),
                ),
            ),
            pipelineType="V2",
        ),
        "InvalidActionDeclarationException",
        "ActionConfigurationKey=[commands[2]], VariableReferenceText=[#{Later.X}]",
    ),
    "a time limit of a build": (
        second(build(timeout_in_minutes=5)),
        "InvalidActionDeclarationException",
        "Action 'Build': timeoutInMinutes is for manual approvals only",
    ),
}


@pytest.mark.parametrize(("declared", "code", "message"), CASES.values(), ids=CASES.keys())
def test_a_pipeline_that_could_not_run_is_refused(declared: Pipeline, code: str, message: str) -> None:
    with pytest.raises(StructureError, match=re.escape(message)) as refused:
        check(declared)
    assert refused.value.code == code


def test_a_pipeline_of_several_regions_needs_a_store_in_each() -> None:
    stores = {region: {"type": "S3", "location": "artifacts"} for region in (REGION, "us-east-1")}
    check(
        pipeline(
            SOURCE,
            Stage(name="Second", actions=(approval(region="us-east-1"),)),
            artifactStore=None,
            artifactStores=stores,
        )
    )
    with pytest.raises(StructureError, match="runs in eu-west-1"):
        check(pipeline(artifactStore=None, artifactStores={"us-east-1": stores["us-east-1"]}))


def test_a_known_trigger_is_accepted() -> None:
    check(
        pipeline(
            triggers=[{"providerType": "CodeStarSourceConnection", "gitConfiguration": {"sourceActionName": "Source"}}]
        )
    )
