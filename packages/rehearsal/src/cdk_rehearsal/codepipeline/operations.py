"""The operations on pipelines: CRUD, state, transitions and tags."""

import time
from collections.abc import Callable, Mapping

from cdk_rehearsal.codepipeline import answers
from cdk_rehearsal.codepipeline.given import given
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.requests import page
from cdk_rehearsal.codepipeline.store import ClosedTransition, PipelineRecord
from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError
from cdk_rehearsal.engine.execution import Trigger
from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.shapes import from_api, to_api

Operation = Callable[[Call], Json]
ARN_PARTS = 6


class PipelineOperations:
    """Answers calls about pipelines themselves."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Work on these pipelines."""
        self._pipelines = pipelines

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "CreatePipeline": self.create,
            "GetPipeline": self.get,
            "UpdatePipeline": self.update,
            "DeletePipeline": self.delete,
            "ListPipelines": self.list_all,
            "GetPipelineState": self.state,
            "DisableStageTransition": self.disable_transition,
            "EnableStageTransition": self.enable_transition,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def _record(self, call: Call, name: str) -> PipelineRecord:
        return self._pipelines.get(call.account, call.region, name)

    def create(self, call: Call) -> Json:
        """CreatePipeline; the new pipeline runs at once, as on AWS."""
        tags = {each["key"]: each["value"] for each in call.payload.get("tags", [])}
        try:
            pipeline = from_api(call.payload["pipeline"])
        except StructureError as refused:
            raise ServiceError(refused.code, str(refused)) from None
        record = self._pipelines.create(call.account, call.region, pipeline, tags)
        self._pipelines.runner.start(record, Trigger(kind="CreatePipeline", detail=call.caller_arn))
        return {
            "pipeline": to_api(record.pipeline),
            **given(tags=[{"key": key, "value": value} for key, value in tags.items()]),
        }

    def get(self, call: Call) -> Json:
        """GetPipeline; only the current version is kept."""
        record = self._record(call, call.payload["name"])
        version = call.payload.get("version", record.pipeline.version)
        if version != record.pipeline.version:
            raise ServiceError(
                "PipelineVersionNotFoundException",
                f"Pipeline '{record.pipeline.name}' has version {record.pipeline.version}; others are not kept",
            )
        return answers.pipeline(record)

    def update(self, call: Call) -> Json:
        """UpdatePipeline; it starts nothing, as on AWS."""
        try:
            pipeline = from_api(call.payload["pipeline"])
        except StructureError as refused:
            raise ServiceError(refused.code, str(refused)) from None
        record = self._record(call, pipeline.name)
        self._pipelines.update(record, pipeline)
        return {"pipeline": to_api(record.pipeline)}

    def delete(self, call: Call) -> Json:
        """DeletePipeline."""
        self._pipelines.delete(call.account, call.region, call.payload["name"])
        return {}

    def list_all(self, call: Call) -> Json:
        """ListPipelines, by name."""
        here = [
            each for each in self._pipelines.store.all() if (each.account, each.region) == (call.account, call.region)
        ]
        ordered = sorted(here, key=lambda each: each.pipeline.name)
        listed, more = page([answers.summary_of_pipeline(each) for each in ordered], call, size=1000)
        return {"pipelines": listed, **more}

    def state(self, call: Call) -> Json:
        """GetPipelineState."""
        return answers.state(self._record(call, call.payload["name"]))

    def _staged(self, call: Call) -> PipelineRecord:
        record = self._record(call, call.payload["pipelineName"])
        self._pipelines.stage(record, call.payload["stageName"])
        return record

    def _check_inbound(self, call: Call) -> None:
        if call.payload["transitionType"] != "Inbound":
            raise ServiceError("ValidationException", "transitionType: only Inbound transitions can be changed")

    def disable_transition(self, call: Call) -> Json:
        """DisableStageTransition: nobody enters the stage until it is enabled again."""
        self._check_inbound(call)
        record = self._staged(call)
        record.closed[call.payload["stageName"]] = ClosedTransition(
            reason=call.payload["reason"], since=time.time(), by=call.caller_arn
        )
        self._pipelines.store.save(record)
        return {}

    def enable_transition(self, call: Call) -> Json:
        """EnableStageTransition."""
        self._check_inbound(call)
        record = self._staged(call)
        record.closed.pop(call.payload["stageName"], None)
        self._pipelines.store.save(record)
        return {}

    def _tagged(self, call: Call) -> PipelineRecord:
        parts = call.payload["resourceArn"].split(":", ARN_PARTS - 1)
        if len(parts) < ARN_PARTS:
            raise ServiceError("InvalidArnException", f"{call.payload['resourceArn']} is no ARN of a pipeline")
        _, _, _, region, account, name = parts
        record = self._pipelines.store.find((account, region, name))
        if record is None or account != call.account:
            raise ServiceError("ResourceNotFoundException", f"There is no pipeline {call.payload['resourceArn']}")
        return record

    def tag(self, call: Call) -> Json:
        """TagResource."""
        record = self._tagged(call)
        self._pipelines.tag(record, record.tags | {each["key"]: each["value"] for each in call.payload["tags"]})
        return {}

    def untag(self, call: Call) -> Json:
        """UntagResource."""
        record = self._tagged(call)
        gone = set(call.payload["tagKeys"])
        self._pipelines.tag(record, {key: value for key, value in record.tags.items() if key not in gone})
        return {}

    def list_tags(self, call: Call) -> Json:
        """ListTagsForResource."""
        record = self._tagged(call)
        listed, more = page([{"key": key, "value": value} for key, value in record.tags.items()], call)
        return {"tags": listed, **more}
