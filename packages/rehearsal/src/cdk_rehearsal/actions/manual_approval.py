"""Approval (Manual): waits for PutApprovalResult."""

import json
import time
import uuid

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome

# "If no response is received within the timeout, the action is marked as failed": seven days unless declared.
TIMEOUT_MINUTES = 7 * 24 * 60


def run(context: ActionContext) -> Outcome:
    """Publish the question, wait for its answer, and fail when it is no."""
    token = str(uuid.uuid4())
    minutes = context.action.timeout_in_minutes or TIMEOUT_MINUTES
    _notify(context, token, minutes)
    context.log.line(f"waits for an answer, {minutes} minutes at most")
    for key in ("CustomData", "ExternalEntityLink"):
        if key in context.configuration:
            context.log.line(f"{key}: {context.configuration[key]}")
    decision = context.progress.decide(token, minutes * 60)
    if decision is None:
        raise ActionFailedError(f"Nobody answered the approval within {minutes} minutes")
    context.log.line(f"{decision.status} by {decision.by}: {decision.summary}")
    if decision.status == "Rejected":
        raise ActionFailedError(decision.summary or "Rejected without a summary")
    return Outcome(summary=decision.summary)


def _notify(context: ActionContext, token: str, minutes: int) -> None:
    """Publish to the topic, as "JSON data format for manual approval notifications" has it.

    The links to the console are left out: there is none here to link to.
    """
    topic = context.configuration.get("NotificationArn")
    if topic is None:
        return
    approval = {
        "pipelineName": context.pipeline,
        "stageName": context.stage,
        "actionName": context.action.name,
        "token": token,
        "expires": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(time.time() + minutes * 60)),
        "externalEntityLink": context.configuration.get("ExternalEntityLink"),
        "customData": context.configuration.get("CustomData"),
    }
    context.clients("sns").publish(
        TopicArn=topic,
        Subject=f"APPROVAL NEEDED: AWS CodePipeline {context.pipeline} for action {context.action.name}"[:100],
        Message=json.dumps({"region": context.region, "approval": approval}),
    )
    context.log.line(f"published to {topic}")
