"""Plugs CodePipeline into the emulator: its wire API, its CloudFormation type, and the route that announces pushes."""

from collections.abc import Callable

from cdk_rehearsal.codepipeline import node_client, template_urls
from cdk_rehearsal.codepipeline.branch_changes import BranchChanges
from cdk_rehearsal.codepipeline.cloudformation_type import PipelineType
from cdk_rehearsal.codepipeline.condition_operations import ConditionOperations
from cdk_rehearsal.codepipeline.connection_changes import ConnectionChanges
from cdk_rehearsal.codepipeline.event_targets import EventTargets
from cdk_rehearsal.codepipeline.execution_operations import ExecutionOperations
from cdk_rehearsal.codepipeline.execution_runner import ExecutionRunner
from cdk_rehearsal.codepipeline.github_changes import GitHubChanges
from cdk_rehearsal.codepipeline.intervention_operations import InterventionOperations
from cdk_rehearsal.codepipeline.job_operations import JobOperations
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.object_changes import ObjectChanges
from cdk_rehearsal.codepipeline.object_uploads import ObjectUploads
from cdk_rehearsal.codepipeline.operations import PipelineOperations
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.push import PushRoute
from cdk_rehearsal.codepipeline.requests import check_input, service_model
from cdk_rehearsal.codepipeline.store import Store
from cdk_rehearsal.codepipeline.webhook_operations import WebhookOperations, WebhookType
from cdk_rehearsal.codepipeline.webhooks import Webhooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.hooks import (
    Call,
    Json,
    add_route,
    on_stopping,
    register_resource_type,
    register_service,
    saved_until,
)

Operation = Callable[[Call], Json]


def install(config: EmulatorConfig) -> None:
    """Register the service and its CloudFormation type, and take up what was saved."""
    store = Store(config.state_dir / "codepipeline")
    store.load(saved_until())
    jobs = Jobs()
    webhooks = Webhooks(config.state_dir / "codepipeline-webhooks")
    runner = ExecutionRunner(config, store, jobs)
    pipelines = Pipelines(config, store, runner)
    hooks = WebhookOperations(pipelines, webhooks)
    groups = (
        PipelineOperations(pipelines),
        ExecutionOperations(pipelines),
        InterventionOperations(pipelines),
        JobOperations(store, jobs),
        ConditionOperations(pipelines),
        hooks,
    )
    operations = {name: operation for group in groups for name, operation in group.table().items()}
    register_service(
        "codepipeline",
        target_prefixes=[service_model().metadata["targetPrefix"]],
        operations={name: _checked(operation, store) for name, operation in operations.items()},
        resource_arn=resource_arn,
        iam_namespace="codepipeline",
    )
    register_resource_type(
        "AWS::CodePipeline::Pipeline", PipelineType(pipelines), create_only=["Name"], tags="list", blocking=True
    )
    register_resource_type("AWS::CodePipeline::Webhook", WebhookType(hooks), create_only=["Name"], blocking=True)
    template_urls.install()
    node_client.install()
    EventTargets(pipelines).install()
    objects = ObjectChanges(pipelines)
    objects.install()
    on_stopping(store.give_up)
    add_route(
        "push",
        PushRoute(
            ConnectionChanges(config, store, runner),
            GitHubChanges(pipelines, webhooks),
            ObjectUploads(config, objects),
            BranchChanges(pipelines),
        ),
    )


def _checked(operation: Operation, store: Store) -> Operation:
    def run(call: Call) -> Json:
        check_input(call)
        with store.held():
            return operation(call)

    return run


def resource_arn(call: Call) -> str:
    """Return the resource that IAM authorises a call on, as the service authorization reference lists them.

    That is the pipeline, or the stage or action in it that the call names, or the webhook, or ``*`` for a listing.
    """
    payload = call.payload
    if "Webhook" in call.operation:
        named = payload.get("webhook", payload).get("name") or payload.get("webhookName")
        return f"arn:aws:codepipeline:{call.region}:{call.account}:webhook:{named}" if named else "*"
    if "resourceArn" in payload:
        return str(payload["resourceArn"])
    name = payload.get("pipelineName") or payload.get("name") or payload.get("pipeline", {}).get("name")
    if not name:
        return "*"
    parts = [name, payload.get("stageName"), payload.get("actionName")]
    return f"arn:aws:codepipeline:{call.region}:{call.account}:{'/'.join(part for part in parts if part)}"
