"""AWS::CodePipeline::Pipeline for CloudFormation. ``Ref`` is the name; ``Version`` is an attribute."""

from dataclasses import dataclass
from typing import Any

from cdk_assembly import account_of
from cdk_rehearsal.codepipeline.object_changes import object_exists
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.emulator.hooks import Properties, Resource, ResourceRequest, account, physical_name, region
from cdk_rehearsal.engine.definition import Action, Pipeline
from cdk_rehearsal.engine.execution import Trigger
from cdk_rehearsal.engine.providers import CODECOMMIT, GITHUB, S3_SOURCE
from cdk_rehearsal.engine.shapes import from_cloudformation
from cdk_rehearsal.source.git import branch_exists
from cdk_rehearsal.source.repository import codecommit_name

NAME_CHARACTERS = 100


@dataclass(frozen=True)
class PipelineType:
    """Creates, changes and deletes pipelines for stacks."""

    pipelines: Pipelines

    def create(self, request: ResourceRequest) -> Resource:
        """Create the pipeline and run it, as AWS does, if there is something to run.

        AWS's first execution of a pipeline whose branch has no commit yet fails at its source. Here that is the
        normal case, since the repository is made for the rehearsal and the first push comes after the deployment: a
        failed execution at the head of every rehearsal would only bury the real ones.
        """
        properties = request.properties
        name = properties.get("Name") or physical_name(request.stack, request.logical_id, longest=NAME_CHARACTERS)
        pipeline = from_cloudformation(properties, name=name)
        with self.pipelines.store.held():
            record = self.pipelines.create(request.account, request.region, pipeline, _tags(properties))
            self.pipelines.close_transitions(record, _closed(properties))
            if self._has_source(pipeline):
                self.pipelines.runner.start(record, Trigger(kind="CreatePipeline"))
        return Resource(record.pipeline.name, {"Version": str(record.pipeline.version)})

    def update(self, resource_id: str, previous: Properties, request: ResourceRequest) -> Resource:
        """Change the pipeline; run it anew if it changed and ``RestartExecutionOnUpdate`` says so."""
        properties = request.properties
        pipeline = from_cloudformation(properties, name=resource_id)
        with self.pipelines.store.held():
            record = self.pipelines.get(request.account, request.region, resource_id)
            changed = not pipeline.same_structure(record.pipeline)
            if changed:
                self.pipelines.update(record, pipeline)
            self.pipelines.tag(record, _tags(properties))
            if _closed(properties) != _closed(previous):
                self.pipelines.close_transitions(record, _closed(properties))
            if changed and str(properties.get("RestartExecutionOnUpdate", False)).lower() == "true":
                restarted_by = f"CloudFormation updated the pipeline to version {record.pipeline.version}"
                self.pipelines.runner.start(record, Trigger(kind="StartPipelineExecution", detail=restarted_by))
        return Resource(resource_id, {"Version": str(record.pipeline.version)})

    def delete(self, resource_id: str, properties: Properties) -> None:  # noqa: ARG002 - the protocol's signature
        """Delete the pipeline with its executions."""
        self.pipelines.delete(account(), region(), resource_id)

    def _has_source(self, pipeline: Pipeline) -> bool:
        return all(self._delivers(action, pipeline) for action in pipeline.stages[0].actions)

    def _delivers(self, source: Action, pipeline: Pipeline) -> bool:
        settings = source.configuration
        if source.action_type_id == S3_SOURCE:
            return object_exists(settings["S3Bucket"], settings["S3ObjectKey"])
        name = settings.get("FullRepositoryId", "")
        if source.action_type_id == CODECOMMIT:
            owner = account_of(source.role_arn or pipeline.role_arn)
            name = codecommit_name(owner, source.region or region(), settings["RepositoryName"])
        if source.action_type_id == GITHUB:
            name = f"{settings['Owner']}/{settings['Repo']}"
        branch = settings["Branch" if source.action_type_id == GITHUB else "BranchName"]
        return branch_exists(self.pipelines.config.repositories / f"{name}.git", branch)


def _tags(properties: Properties) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in properties.get("Tags", [])}


def _closed(properties: Properties) -> dict[str, str]:
    declared: list[dict[str, Any]] = properties.get("DisableInboundStageTransitions", [])
    return {each["StageName"]: each["Reason"] for each in declared}
