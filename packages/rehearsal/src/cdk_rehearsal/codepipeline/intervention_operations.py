"""The operations by which people act on executions: stop, approve, retry, roll back."""

import time
from collections.abc import Callable, Mapping

from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError
from cdk_rehearsal.engine.execution import ActionRun, Decision, Execution, Trigger
from cdk_rehearsal.engine.problems import TransitionError
from cdk_rehearsal.engine.retry import check_retry, reopen
from cdk_rehearsal.engine.transitions import stop

Operation = Callable[[Call], Json]


class InterventionOperations:
    """Answers calls that change the course of an execution."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Work on these pipelines."""
        self._pipelines = pipelines

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "StopPipelineExecution": self.stop,
            "PutApprovalResult": self.approve,
            "RetryStageExecution": self.retry,
            "RollbackStage": self.roll_back,
        }

    def _record(self, call: Call) -> PipelineRecord:
        return self._pipelines.get(call.account, call.region, call.payload["pipelineName"])

    def stop(self, call: Call) -> Json:
        """StopPipelineExecution, after what runs or without it."""
        record = self._record(call)
        found = self._pipelines.execution(record, call.payload["pipelineExecutionId"])
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
        stage = self._pipelines.stage(record, name)
        if all(each.name != action for each in stage.actions):
            raise ServiceError(
                "ActionNotFoundException", f"Stage '{name}' does not have an action with name '{action}'"
            )
        asked = (name, action, call.payload["token"])
        runs = [(execution, run) for execution in record.executions for run in execution.actions]
        found = next((each for each in runs if (each[1].stage, each[1].action, each[1].token) == asked), None)
        if found and found[1].decision:
            earlier = found[1].decision
            raise ServiceError(
                "ApprovalAlreadyCompletedException",
                f"The approval was answered already: {earlier.status} by {earlier.by}",
            )
        if found is None or not found[1].running:
            raise ServiceError(
                "InvalidApprovalTokenException",
                f"No approval waits under this token in stage '{name}', action '{action}'; "
                "GetPipelineState shows tokens",
            )
        return found

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
        self._pipelines.stage(record, name)
        target = self._pipelines.execution(record, call.payload["targetPipelineExecutionId"])
        if target.pipeline.version != record.pipeline.version:
            raise ServiceError(
                "PipelineExecutionOutdatedException",
                f"Execution {target.id} ran version {target.pipeline.version} of the pipeline, which is at version "
                f"{record.pipeline.version} now",
            )
        if not target.succeeded_in(name) or record.pipeline.position(name) == 0:
            raise ServiceError(
                "UnableToRollbackStageException", f"Execution {target.id} did not succeed in a deploying stage '{name}'"
            )
        if any(each.occupies(name) for each in record.executions):
            raise ServiceError("UnableToRollbackStageException", f"Stage '{name}' is running")
        trigger = Trigger(kind="ManualRollback", detail=call.caller_arn)
        return {"pipelineExecutionId": self._pipelines.runner.roll_back(record, name, target, trigger).id}
