"""CloudWatch Logs authorises on log streams: policies name them as ``<log group>:*``, the log group's own ``Arn``."""

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

TAGGING = ("TagResource", "UntagResource", "ListTagsForResource")


def install(_config: EmulatorConfig) -> None:
    """Name the resource of each call."""
    hooks.authorise_on("logs", resource)


def resource(call: hooks.Call) -> str:
    """Return what IAM compares with a policy's Resource; an empty string where the call names no log group.

    Also an action on a whole group is authorised on ``<log group>:log-stream:``, as the service's own refusals show
    (CloudWatch Logs user guide, "Identity and access management for Amazon CloudWatch Logs").
    """
    if call.operation in TAGGING:
        return str(call.payload.get("resourceArn", ""))
    group = call.payload.get("logGroupName") or str(call.payload.get("logGroupIdentifier", "")).rpartition(":")[2]
    if not group:
        return ""
    stream = call.payload.get("logStreamName", "")
    return f"arn:aws:logs:{call.region}:{call.account}:log-group:{group}:log-stream:{stream}"
