"""Small pipelines and executions for tests."""

from typing import Any

from cdk_rehearsal.engine.definition import Action, ActionType, Artifact, Pipeline, Stage
from cdk_rehearsal.engine.execution import ActionRun, ActionStatus, Execution, StageRun, StageStatus, Trigger
from cdk_rehearsal.engine.providers import CLOUDFORMATION, CODEBUILD, MANUAL_APPROVAL, SOURCE_CONNECTION

REGION = "eu-west-1"
ROLE = "arn:aws:iam::111111111111:role/pipeline"
CONNECTION = "arn:aws:codeconnections:eu-west-1:111111111111:connection/00000000-0000-4000-8000-000000000000"


def source(name: str = "Source", *, output: str = "Files", **members: Any) -> Action:
    configuration = {
        "ConnectionArn": CONNECTION,
        "FullRepositoryId": "acme/payments",
        "BranchName": "main",
        **members.pop("configuration", {}),
    }
    return action(name, SOURCE_CONNECTION, configuration=configuration, output_artifacts=named(output), **members)


def build(name: str = "Build", *, inputs: tuple[str, ...] = ("Files",), **members: Any) -> Action:
    configuration = {"ProjectName": "project", **members.pop("configuration", {})}
    return action(name, CODEBUILD, configuration=configuration, input_artifacts=named(*inputs), **members)


def approval(name: str = "Approve", **members: Any) -> Action:
    return action(name, MANUAL_APPROVAL, **members)


def deployment(name: str = "Deploy", *, mode: str = "CHANGE_SET_EXECUTE", **members: Any) -> Action:
    configuration = {
        "ActionMode": mode,
        "StackName": "stack",
        "ChangeSetName": "changes",
        **members.pop("configuration", {}),
    }
    return action(name, CLOUDFORMATION, configuration=configuration, **members)


def action(name: str, kind: ActionType, **members: Any) -> Action:
    return Action(name=name, action_type_id=kind, **members)


def named(*names: str) -> tuple[Artifact, ...]:
    return tuple(Artifact(name=name) for name in names)


def pipeline(*stages: Stage, **members: Any) -> Pipeline:
    """A pipeline of the stages, or of a source and an approval."""
    return Pipeline.model_validate(
        {
            "name": "delivery",
            "roleArn": ROLE,
            "artifactStore": {"type": "S3", "location": "artifacts"},
            "stages": stages or (Stage(name="Source", actions=(source(),)), Stage(name="Gate", actions=(approval(),))),
            **members,
        }
    )


def execution(id_: str = "execution", *, of: Pipeline | None = None, **members: Any) -> Execution:
    defaults = {"trigger": Trigger(kind="WebhookV2"), "started": 1.0, "changed": 1.0}
    return Execution.model_validate({"id": id_, "pipeline": of or pipeline(), **defaults, **members})


def ran(stage: str, name: str, status: ActionStatus = ActionStatus.SUCCEEDED, **members: Any) -> ActionRun:
    return ActionRun(
        id=f"{stage}/{name}", stage=stage, action=name, status=status, started=1.0, **{"changed": 1.0, **members}
    )


def passed(name: str, status: StageStatus = StageStatus.SUCCEEDED, *, entered: float = 1.0) -> StageRun:
    return StageRun(name=name, entered=entered, first_action=0, status=status)
