"""Records as the API answers them. Empty members are left out, as AWS leaves them out."""

from collections.abc import Mapping
from typing import Any

from cdk_rehearsal.codepipeline.condition_answers import condition_states
from cdk_rehearsal.codepipeline.given import given
from cdk_rehearsal.codepipeline.store import PipelineRecord
from cdk_rehearsal.engine.definition import Action, Stage
from cdk_rehearsal.engine.execution import ActionRun, ActionStatus, Execution, Location, StageRun
from cdk_rehearsal.engine.shapes import masked, to_api

Json = dict[str, Any]


def summary_of_pipeline(record: PipelineRecord) -> Json:
    """Return ``PipelineSummary``."""
    return {
        "name": record.pipeline.name,
        "version": record.pipeline.version,
        "pipelineType": record.pipeline.pipeline_type,
        "executionMode": record.pipeline.execution_mode,
        "created": record.created,
        "updated": record.updated,
    }


def pipeline(record: PipelineRecord) -> Json:
    """Return GetPipeline's output."""
    return {
        "pipeline": to_api(record.pipeline),
        "metadata": {"pipelineArn": record.arn, "created": record.created, "updated": record.updated},
    }


def _about(execution: Execution) -> Json:
    rollback = execution.rollback_of
    return {
        "pipelineExecutionId": execution.id,
        "status": execution.status,
        "trigger": given(triggerType=execution.trigger.kind, triggerDetail=execution.trigger.detail),
        "executionMode": execution.pipeline.execution_mode,
        "executionType": "ROLLBACK" if rollback else "STANDARD",
        **given(
            statusSummary=execution.summary,
            rollbackMetadata=given(rollbackTargetPipelineExecutionId=rollback),
        ),
    }


def execution(found: Execution) -> Json:
    """Return ``PipelineExecution``."""
    outputs = {
        action.name: artifact.name
        for stage in found.pipeline.stages
        for action in stage.actions
        for artifact in action.output_artifacts
    }
    return {
        **_about(found),
        "pipelineName": found.pipeline.name,
        "pipelineVersion": found.pipeline.version,
        "artifactRevisions": [
            given(name=outputs.get(action), revisionId=revision.id, revisionSummary=revision.summary)
            for action, revision in found.revisions.items()
        ],
        "variables": [
            {"name": name, "resolvedValue": value} for name, value in found.namespaces.get("variables", {}).items()
        ],
    }


def summary_of_execution(found: Execution) -> Json:
    """Return ``PipelineExecutionSummary``."""
    return {
        **_about(found),
        "startTime": found.started,
        "lastUpdateTime": found.changed,
        "sourceRevisions": [
            given(actionName=action, revisionId=revision.id, revisionSummary=revision.summary)
            for action, revision in found.revisions.items()
        ],
        **given(stopTrigger=given(reason=found.stop_reason)),
    }


def action_details(found: Execution, run: ActionRun) -> Json:
    """Return ``ActionExecutionDetail``."""
    stage = found.pipeline.stage(run.stage)
    declared = next((each for each in stage.actions if each.name == run.action), None) if stage else None
    return {
        "pipelineExecutionId": found.id,
        "actionExecutionId": run.id,
        "pipelineVersion": found.pipeline.version,
        "stageName": run.stage,
        "actionName": run.action,
        "startTime": run.started,
        "lastUpdateTime": run.changed,
        "status": run.status,
        "input": _input(declared, run) if declared else {},
        "output": {
            "outputArtifacts": _artifacts(run.outputs if run.status is ActionStatus.SUCCEEDED else {}),
            "executionResult": given(
                externalExecutionId=run.external_id,
                externalExecutionSummary=run.summary,
                externalExecutionUrl=run.external_url,
                errorDetails=given(code=run.error_code, message=run.error_message),
            ),
            "outputVariables": run.variables,
        },
        **given(updatedBy=run.decision.by if run.decision else ""),
    }


def _input(declared: Action, run: ActionRun) -> Json:
    return {
        "actionTypeId": declared.action_type_id.model_dump(),
        "configuration": masked(declared.configuration),
        "resolvedConfiguration": masked(run.configuration),
        "inputArtifacts": _artifacts(run.inputs),
        **given(roleArn=declared.role_arn, region=declared.region, namespace=declared.namespace),
    }


def _artifacts(locations: Mapping[str, Location]) -> list[Json]:
    return [
        {"name": name, "s3location": {"bucket": location.bucket, "key": location.key}}
        for name, location in locations.items()
    ]


def state(record: PipelineRecord) -> Json:
    """Return GetPipelineState's output: each stage with who is in it, who waits for it, and its actions."""
    return {
        "pipelineName": record.pipeline.name,
        "pipelineVersion": record.pipeline.version,
        "created": record.created,
        "updated": record.updated,
        "stageStates": [_stage_state(record, stage) for stage in record.pipeline.stages],
    }


def _stage_state(record: PipelineRecord, stage: Stage) -> Json:
    name = stage.name
    closed = record.closed.get(name)
    transition: Json = {"enabled": closed is None}
    if closed:
        transition |= {"disabledReason": closed.reason, "lastChangedAt": closed.since, "lastChangedBy": closed.by}
    inbound = [
        {"pipelineExecutionId": each.id, "status": "InProgress", "type": _kind(each)}
        for each in record.executions
        if each.waiting_for == name
    ]
    last = _latest_in(record, name)
    return {
        "stageName": name,
        "inboundTransitionState": transition,
        "actionStates": [_action_state(record, name, each) for each in stage.actions],
        **condition_states(stage, last[0] if last else None),
        **given(
            inboundExecution=inbound[-1] if inbound else None,
            inboundExecutions=inbound,
            latestExecution=_stage_execution(*last) if last else None,
            retryStageMetadata=_retries(last[1]) if last else None,
        ),
    }


def _kind(found: Execution) -> str:
    return "ROLLBACK" if found.rollback_of else "STANDARD"


def _latest_in(record: PipelineRecord, stage: str) -> tuple[Execution, StageRun] | None:
    entered = [(each, run) for each in record.executions for run in each.stages if run.name == stage]
    return max(entered, key=lambda pair: pair[1].entered, default=None)


def _stage_execution(found: Execution, run: StageRun) -> Json:
    return {"pipelineExecutionId": found.id, "status": run.status, "type": _kind(found)}


def _retries(run: StageRun) -> Json | None:
    if not run.manual_retries and not run.automatic_retries:
        return None
    return {
        "autoStageRetryAttempt": run.automatic_retries,
        "manualStageRetryAttempt": run.manual_retries,
        "latestRetryTrigger": "ManualStageRetry" if run.manual_retries else "AutomatedStageRetry",
    }


def _action_state(record: PipelineRecord, stage: str, action: Action) -> Json:
    runs = [
        (each, run)
        for each in record.executions
        for run in each.actions
        if run.stage == stage and run.action == action.name
    ]
    if not runs:
        return {"actionName": action.name}
    found, run = max(runs, key=lambda pair: pair[1].started)
    revision = found.revisions.get(action.name)
    shown: Json = {
        "actionExecutionId": run.id,
        "status": run.status,
        "lastStatusChange": run.changed,
        **given(
            summary=run.summary,
            externalExecutionId=run.external_id,
            externalExecutionUrl=run.external_url,
            percentComplete=run.percent,
            errorDetails=given(code=run.error_code, message=run.error_message),
            # The token of an approval that waits: whoever holds it may answer.
            token=run.token if run.running and run.decision is None else "",
            lastUpdatedBy=run.decision.by if run.decision else "",
        ),
    }
    current = {"revisionId": revision.id, "revisionChangeId": revision.id, "created": run.changed} if revision else None
    return {"actionName": action.name, "latestExecution": shown, **given(currentRevision=current)}
