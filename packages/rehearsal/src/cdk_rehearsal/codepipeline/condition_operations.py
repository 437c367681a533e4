"""The operations that tell of the rules of stage conditions, and let an execution pass one."""

import time
from collections.abc import Callable, Mapping

from cdk_rehearsal.codepipeline.condition_answers import rule_details
from cdk_rehearsal.codepipeline.pipelines import Pipelines
from cdk_rehearsal.codepipeline.requests import page
from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError
from cdk_rehearsal.engine.conditions import override
from cdk_rehearsal.engine.execution import ConditionKind
from cdk_rehearsal.engine.problems import TransitionError

Operation = Callable[[Call], Json]


class ConditionOperations:
    """Answers calls about stage conditions."""

    def __init__(self, pipelines: Pipelines) -> None:
        """Work on these pipelines."""
        self._pipelines = pipelines

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {"ListRuleExecutions": self.list_rules, "OverrideStageCondition": self.override}

    def list_rules(self, call: Call) -> Json:
        """ListRuleExecutions, newest first."""
        record = self._pipelines.get(call.account, call.region, call.payload["pipelineName"])
        wanted = call.payload.get("filter", {})
        wanted_id = wanted.get("pipelineExecutionId") or wanted.get("latestInPipelineExecution", {}).get(
            "pipelineExecutionId"
        )
        executions = [self._pipelines.execution(record, wanted_id)] if wanted_id else record.executions
        runs = [(each, run) for each in executions for run in each.rules]
        newest_first = sorted(runs, key=lambda pair: pair[1].started, reverse=True)
        listed, more = page([rule_details(each, run) for each, run in newest_first], call)
        return {"ruleExecutionDetails": listed, **more}

    def override(self, call: Call) -> Json:
        """OverrideStageCondition: the execution goes on as if the condition were met."""
        record = self._pipelines.get(call.account, call.region, call.payload["pipelineName"])
        stage = self._pipelines.stage(record, call.payload["stageName"])
        kind = ConditionKind(call.payload["conditionType"])
        found = record.execution(call.payload["pipelineExecutionId"])
        if found is None or found.pipeline.version != record.pipeline.version:
            raise ServiceError(
                "ConditionNotOverridableException",
                f"There is no pipeline execution {call.payload['pipelineExecutionId']} of the pipeline as it is now",
            )
        try:
            goes_on = override(found, stage, kind, record.executions, time.time())
        except TransitionError as refused:
            raise ServiceError(refused.code, str(refused)) from None
        if goes_on and kind is ConditionKind.ON_SUCCESS:
            self._pipelines.runner.go_on_after(record, found, stage.name)
        elif goes_on:
            self._pipelines.runner.resume(record, found, stage.name, frozenset())
        self._pipelines.store.save_execution(record, found)
        return {}
