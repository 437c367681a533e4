"""The operations that start executions and tell what became of them."""

from collections.abc import Callable, Mapping

from cdk_rehearsal.codepipeline import answers
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.requests import page
from cdk_rehearsal.codepipeline.source_revisions import pinned_revisions
from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError
from cdk_rehearsal.engine.execution import Trigger

Operation = Callable[[Call], Json]


class ExecutionOperations:
    """Answers calls that start executions or ask about them."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Work on these pipelines."""
        self._pipelines = pipelines

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "StartPipelineExecution": self.start,
            "GetPipelineExecution": self.get,
            "ListPipelineExecutions": self.list_all,
            "ListActionExecutions": self.list_actions,
        }

    def _record(self, call: Call, member: str = "pipelineName") -> PipelineRecord:
        return self._pipelines.get(call.account, call.region, call.payload[member])

    def start(self, call: Call) -> Json:
        """StartPipelineExecution, with variables and with the commits that sources must deliver."""
        record = self._record(call, "name")
        given = {each["name"]: each["value"] for each in call.payload.get("variables", [])}
        declared = {each.name: each.default_value for each in record.pipeline.variables}
        unknown = sorted(given.keys() - declared.keys())
        if unknown:
            raise ServiceError("ValidationException", f"variables: the pipeline declares no {', '.join(unknown)}")
        missing = sorted(name for name, default in declared.items() if default is None and name not in given)
        if missing:
            raise ServiceError(
                "ValidationException", f"variables: {', '.join(missing)} has no default and needs a value"
            )
        execution = self._pipelines.runner.start(
            record,
            Trigger(kind="StartPipelineExecution", detail=call.caller_arn),
            variables=given,
            pinned=pinned_revisions(call.payload.get("sourceRevisions", []), record),
        )
        return {"pipelineExecutionId": execution.id}

    def get(self, call: Call) -> Json:
        """GetPipelineExecution."""
        record = self._record(call)
        return {
            "pipelineExecution": answers.execution(
                self._pipelines.execution(record, call.payload["pipelineExecutionId"])
            )
        }

    def list_all(self, call: Call) -> Json:
        """ListPipelineExecutions, newest first."""
        record = self._record(call)
        stage = call.payload.get("filter", {}).get("succeededInStage", {}).get("stageName")
        wanted = [each for each in reversed(record.executions) if stage is None or each.succeeded_in(stage)]
        listed, more = page([answers.summary_of_execution(each) for each in wanted], call)
        return {"pipelineExecutionSummaries": listed, **more}

    def list_actions(self, call: Call) -> Json:
        """ListActionExecutions, newest first."""
        record = self._record(call)
        wanted = call.payload.get("filter", {})
        wanted_id = wanted.get("pipelineExecutionId") or wanted.get("latestInPipelineExecution", {}).get(
            "pipelineExecutionId"
        )
        executions = [self._pipelines.execution(record, wanted_id)] if wanted_id else record.executions
        runs = [(each, run) for each in executions for run in each.actions]
        newest_first = sorted(runs, key=lambda pair: pair[1].started, reverse=True)
        listed, more = page([answers.action_details(each, run) for each, run in newest_first], call)
        return {"actionExecutionDetails": listed, **more}
