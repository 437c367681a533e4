"""A job as its worker gets to see it: ``JobDetails`` of the CodePipeline API reference, and a function's event.

The event is as the details, "but without the actionTypeId and pipelineContext data types" (CodePipeline user guide).
"""

import json
from collections.abc import Mapping
from typing import Any

from cdk_assembly import account_of
from cdk_rehearsal.actions.contracts import ActionContext
from cdk_rehearsal.engine.definition import Artifact
from cdk_rehearsal.engine.providers import LAMBDA

ONLY_DETAILS = frozenset({"actionTypeId", "pipelineContext"})
Json = dict[str, Any]


def event(context: ActionContext, job: str, continuation: str) -> Json:
    """Return what a function is invoked with; a revision that is not known is null, as on AWS."""
    data = {name: value for name, value in job_details(context, continuation).items() if name not in ONLY_DETAILS}
    for kind in ("inputArtifacts", "outputArtifacts"):
        data[kind] = [{"revision": None, **each} for each in data[kind]]
    return {"CodePipeline.job": {"id": job, "accountId": account(context), "data": data}}


def account(context: ActionContext) -> str:
    """Return the account in which the action is done: its role's."""
    return account_of(context.role)


def job_details(context: ActionContext, continuation: str) -> Json:
    """Return a job's ``data``, with new credentials that reach the action's artifacts and nothing else."""
    credentials = context.artifact_credentials(_policy(context))
    key = context.artifacts.store.encryption_key
    return {
        "actionTypeId": LAMBDA.model_dump(),
        "actionConfiguration": {"configuration": dict(context.configuration)},
        "pipelineContext": {
            "pipelineName": context.pipeline,
            "stage": {"name": context.stage},
            "action": {"name": context.action.name, "actionExecutionId": context.run_id},
            "pipelineArn": context.pipeline_arn,
            "pipelineExecutionId": context.execution,
        },
        "inputArtifacts": [_artifact(context, each) for each in context.action.input_artifacts],
        "outputArtifacts": [_artifact(context, each) for each in context.action.output_artifacts],
        "artifactCredentials": {
            "accessKeyId": credentials["AccessKeyId"],
            "secretAccessKey": credentials["SecretAccessKey"],
            "sessionToken": credentials["SessionToken"],
        },
        **({"continuationToken": continuation} if continuation else {}),
        **({"encryptionKey": {"id": key.id, "type": key.type}} if key else {}),
    }


def _artifact(context: ActionContext, artifact: Artifact) -> Json:
    places = {**context.artifacts.inputs, **context.artifacts.outputs}
    place = places[artifact.name]
    revision = context.revisions.get(artifact.name)
    return {
        "name": artifact.name,
        **({"revision": revision} if revision else {}),
        "location": {"type": "S3", "s3Location": {"bucketName": place.bucket, "objectKey": place.key}},
    }


def _policy(context: ActionContext) -> str:
    """What the credentials may do at most; the role's own policies decide, too."""
    read = [f"arn:aws:s3:::{each.bucket}/{each.key}" for each in context.artifacts.inputs.values()]
    write = [f"arn:aws:s3:::{each.bucket}/{each.key}" for each in context.artifacts.outputs.values()]
    statements = [
        _allow(["s3:GetObject", "s3:GetObjectVersion"], read),
        _allow(["s3:PutObject"], write),
        _allow(["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"], ["*"]),
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": [each for each in statements if each["Resource"]]})


def _allow(actions: list[str], resources: list[str]) -> Mapping[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}
