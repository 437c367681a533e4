"""Conditions and rules as the API answers them."""

from typing import Any

from cdk_rehearsal.codepipeline.given import given
from cdk_rehearsal.engine.conditions import condition_of, rules_of
from cdk_rehearsal.engine.definition import Stage
from cdk_rehearsal.engine.execution import ConditionKind, ConditionRun, Execution, RuleRun

Json = dict[str, Any]
STATES = {
    ConditionKind.BEFORE_ENTRY: "beforeEntryConditionState",
    ConditionKind.ON_SUCCESS: "onSuccessConditionState",
    ConditionKind.ON_FAILURE: "onFailureConditionState",
}


def condition_states(stage: Stage, execution: Execution | None) -> Json:
    """Return the members of ``StageState`` that tell of conditions, for the latest execution in the stage."""
    run = execution.stage(stage.name) if execution else None
    states = {}
    for kind, member in STATES.items():
        if condition_of(stage, kind) is not None:
            checked = run.conditions.get(kind) if run else None
            states[member] = _state(execution, checked) if execution and checked else {}
    return states


def _state(execution: Execution, condition: ConditionRun) -> Json:
    latest = {"status": condition.status, **given(summary=condition.summary)}
    rules = [{"ruleName": run.action, "latestExecution": _rule(run)} for run in rules_of(execution, condition)]
    one = {"latestExecution": {**latest, "lastStatusChange": condition.changed}, "ruleStates": rules}
    return {"latestExecution": latest, "conditionStates": [one]}


def _rule(run: RuleRun) -> Json:
    return {
        "ruleExecutionId": run.id,
        "status": run.status,
        "lastStatusChange": run.changed,
        **given(
            summary=run.summary,
            externalExecutionId=run.external_id,
            externalExecutionUrl=run.external_url,
            errorDetails=given(code=run.error_code, message=run.error_message),
        ),
    }


def rule_details(found: Execution, run: RuleRun) -> Json:
    """Return ``RuleExecutionDetail``."""
    stage = found.pipeline.stage(run.stage)
    condition = condition_of(stage, run.condition) if stage else None
    declared = next((each for each in condition.rules if each.name == run.action), None) if condition else None
    return {
        "pipelineExecutionId": found.id,
        "ruleExecutionId": run.id,
        "pipelineVersion": found.pipeline.version,
        "stageName": run.stage,
        "ruleName": run.action,
        "startTime": run.started,
        "lastUpdateTime": run.changed,
        "status": run.status,
        **given(
            input=given(
                ruleTypeId=declared.rule_type_id.model_dump(),
                configuration=declared.configuration,
                resolvedConfiguration=run.configuration,
                roleArn=declared.role_arn,
                region=declared.region,
                inputArtifacts=[
                    {"name": name, "s3location": {"bucket": place.bucket, "key": place.key}}
                    for name, place in run.inputs.items()
                ],
            )
            if declared
            else None
        ),
        "output": {
            "executionResult": given(
                externalExecutionId=run.external_id,
                externalExecutionSummary=run.summary,
                externalExecutionUrl=run.external_url,
                errorDetails=given(code=run.error_code, message=run.error_message),
            )
        },
    }
