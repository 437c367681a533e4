"""The operations on executions: start, stop, retry, roll back, approve, and what became of them."""

import time
from collections.abc import Callable, Mapping

from rehearsal.codepipeline import answers
from rehearsal.codepipeline.pipelines import Pipelines
from rehearsal.codepipeline.requests import page
from rehearsal.codepipeline.store import PipelineRecord
from rehearsal.emulator.hooks import Call, Json, ServiceError
from rehearsal.engine.execution import ActionRun, Decision, Execution, StageStatus, Trigger
from rehearsal.engine.problems import TransitionError
from rehearsal.engine.retry import check_retry, reopen
from rehearsal.engine.transitions import stop

Operation = Callable[[Call], Json]


class ExecutionOperations:
    """Answers calls about the executions of pipelines."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Work on these pipelines."""
        self._pipelines = pipelines

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "StartPipelineExecution": self.start,
            "StopPipelineExecution": self.stop,
            "GetPipelineExecution": self.get,
            "ListPipelineExecutions": self.list_all,
            "ListActionExecutions": self.list_actions,
            "PutApprovalResult": self.approve,
            "RetryStageExecution": self.retry,
            "RollbackStage": self.roll_back,
        }

    def _record(self, call: Call, member: str = "pipelineName") -> PipelineRecord:
        return self._pipelines.get(call.account, call.region, call.payload[member])

    def _execution(self, record: PipelineRecord, execution_id: str) -> Execution:
        found = record.execution(execution_id)
        if found is None:
            raise ServiceError(
                "PipelineExecutionNotFoundException",
                f"Pipeline '{record.pipeline.name}' does not have an execution with id '{execution_id}'",
            )
        return found

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
            pinned=_pinned(call, record),
        )
        return {"pipelineExecutionId": execution.id}

    def stop(self, call: Call) -> Json:
        """StopPipelineExecution, after what runs or without it."""
        record = self._record(call)
        found = self._execution(record, call.payload["pipelineExecutionId"])
        try:
            stop(
                found,
                abandon=call.payload.get("abandon", False),
                reason=call.payload.get("reason", ""),
                now=time.time(),
            )
        except TransitionError as refused:
            raise ServiceError(refused.code, str(refused)) from None
        self._pipelines.store.save_execution(record, found)
        return {"pipelineExecutionId": found.id}

    def get(self, call: Call) -> Json:
        """GetPipelineExecution."""
        record = self._record(call)
        return {"pipelineExecution": answers.execution(self._execution(record, call.payload["pipelineExecutionId"]))}

    def list_all(self, call: Call) -> Json:
        """ListPipelineExecutions, newest first."""
        record = self._record(call)
        stage = call.payload.get("filter", {}).get("succeededInStage", {}).get("stageName")
        wanted = [each for each in reversed(record.executions) if stage is None or _succeeded_in(each, stage)]
        listed, more = page([answers.summary_of_execution(each) for each in wanted], call)
        return {"pipelineExecutionSummaries": listed, **more}

    def list_actions(self, call: Call) -> Json:
        """ListActionExecutions, newest first."""
        record = self._record(call)
        wanted = call.payload.get("filter", {})
        wanted_id = wanted.get("pipelineExecutionId") or wanted.get("latestInPipelineExecution", {}).get(
            "pipelineExecutionId"
        )
        executions = [self._execution(record, wanted_id)] if wanted_id else record.executions
        runs = [(each, run) for each in executions for run in each.actions]
        newest_first = sorted(runs, key=lambda pair: pair[1].started, reverse=True)
        listed, more = page([answers.action_details(each, run) for each, run in newest_first], call)
        return {"actionExecutionDetails": listed, **more}

    def approve(self, call: Call) -> Json:
        """PutApprovalResult: answers the approval that waits under the token."""
        record = self._record(call)
        execution, run = self._approval(record, call)
        result = call.payload["result"]
        run.decision = Decision(status=result["status"], summary=result["summary"], by=call.caller_arn)
        self._pipelines.store.save_execution(record, execution)
        return {"approvedAt": time.time()}

    def _approval(self, record: PipelineRecord, call: Call) -> tuple[Execution, ActionRun]:
        name, action = call.payload["stageName"], call.payload["actionName"]
        stage = record.pipeline.stage(name)
        if stage is None:
            raise _no_stage(record, name)
        if all(each.name != action for each in stage.actions):
            raise ServiceError(
                "ActionNotFoundException", f"Stage '{name}' does not have an action with name '{action}'"
            )
        for execution in record.executions:
            for run in execution.actions:
                if (run.stage, run.action, run.token) == (name, action, call.payload["token"]):
                    if run.decision is not None:
                        raise ServiceError(
                            "ApprovalAlreadyCompletedException",
                            f"The approval was answered already: {run.decision.status} by {run.decision.by}",
                        )
                    if run.running:
                        return execution, run
        raise ServiceError(
            "InvalidApprovalTokenException",
            f"No approval waits under this token in stage '{name}', action '{action}'; GetPipelineState shows tokens",
        )

    def retry(self, call: Call) -> Json:
        """RetryStageExecution: the failed actions, or all of them."""
        record = self._record(call)
        name, wanted = call.payload["stageName"], call.payload["pipelineExecutionId"]
        found = record.execution(wanted)
        if found is None:
            raise ServiceError("StageNotRetryableException", f"There is no pipeline execution {wanted}")
        try:
            check_retry(found, name, current=record.pipeline, others=record.executions)
            done = reopen(found, name, call.payload["retryMode"], time.time())
        except TransitionError as refused:
            raise ServiceError(refused.code, str(refused)) from None
        self._pipelines.runner.resume(record, found, name, done)
        return {"pipelineExecutionId": found.id}

    def roll_back(self, call: Call) -> Json:
        """RollbackStage: runs a stage again with what an earlier execution brought there."""
        record = self._record(call)
        name = call.payload["stageName"]
        if record.pipeline.stage(name) is None:
            raise _no_stage(record, name)
        target = self._execution(record, call.payload["targetPipelineExecutionId"])
        if target.pipeline.version != record.pipeline.version:
            raise ServiceError(
                "PipelineExecutionOutdatedException",
                f"Execution {target.id} ran version {target.pipeline.version} of the pipeline, which is at version "
                f"{record.pipeline.version} now",
            )
        if not _succeeded_in(target, name) or record.pipeline.position(name) == 0:
            raise ServiceError(
                "UnableToRollbackStageException", f"Execution {target.id} did not succeed in a deploying stage '{name}'"
            )
        if any(each.occupies(name) for each in record.executions):
            raise ServiceError("UnableToRollbackStageException", f"Stage '{name}' is running")
        trigger = Trigger(kind="ManualRollback", detail=call.caller_arn)
        return {"pipelineExecutionId": self._pipelines.runner.roll_back(record, name, target, trigger).id}


def _no_stage(record: PipelineRecord, name: str) -> ServiceError:
    return ServiceError(
        "StageNotFoundException", f"Pipeline '{record.pipeline.name}' does not have a stage with name '{name}'"
    )


def _succeeded_in(execution: Execution, stage: str) -> bool:
    run = execution.stage(stage)
    return run is not None and run.status is StageStatus.SUCCEEDED


def _pinned(call: Call, record: PipelineRecord) -> dict[str, str]:
    sources = {each.name for each in record.pipeline.stages[0].actions}
    pinned = {}
    for each in call.payload.get("sourceRevisions", []):
        if each["actionName"] not in sources or each["revisionType"] != "COMMIT_ID":
            raise ServiceError(
                "ValidationException",
                f"sourceRevisions: {each['actionName']} {each['revisionType']}: expected COMMIT_ID of one of the "
                f"source actions {', '.join(sorted(sources))}",
            )
        pinned[each["actionName"]] = each["revisionValue"]
    return pinned
