"""What StartBuild knows of a build before it runs: whose it is, and the first state of its record."""

import time
import uuid

from cdk_rehearsal.codebuild.environment import Identity
from cdk_rehearsal.codebuild.plan import Destination, Plan
from cdk_rehearsal.emulator.contracts import Call, Json

LINUX = {"type": "LINUX_CONTAINER", "image": "", "computeType": "BUILD_GENERAL1_SMALL", "environmentVariables": []}


def identify(call: Call, project: str, plan: Plan, *, number: int) -> Identity:
    """Give a build its id."""
    return Identity(
        id=f"{project}:{uuid.uuid4()}",
        number=number,
        account=call.account,
        region=call.region,
        initiator=plan.handed_over.get("CODEBUILD_INITIATOR") or initiator(call.caller_arn),
        start=time.time(),
    )


def initiator(caller_arn: str) -> str:
    """Return what CodeBuild calls the entity that started a build: a user's name, or ``<role>/<session>``."""
    resource = caller_arn.rpartition(":")[2]
    return resource.partition("/")[2] or resource


def first_record(settings: Json, plan: Plan, identity: Identity) -> Json:
    """Return the record's members that don't change while the build runs."""
    record: Json = {
        "id": identity.id,
        "arn": identity.arn,
        "buildNumber": identity.number,
        "projectName": identity.project,
        "startTime": identity.start,
        "initiator": identity.initiator,
        "source": {"type": "NO_SOURCE", **settings["source"]},
        "secondarySources": settings["secondarySources"],
        "secondarySourceVersions": settings["secondarySourceVersions"],
        "environment": {**LINUX, **settings["environment"]},
        "serviceRole": plan.service_role,
        "timeoutInMinutes": plan.timeout_minutes,
        "queuedTimeoutInMinutes": int(settings["queuedTimeoutInMinutes"]),
        "cache": settings["cache"],
        "logs": _logs(plan, identity),
        "exportedEnvironmentVariables": [],
        "secondaryArtifacts": [],
    }
    version = plan.handed_over.get("CODEBUILD_SOURCE_VERSION") or plan.source.version or plan.source.arn
    optional = {"sourceVersion": version, "encryptionKey": plan.encryption_key}
    primary = [_artifact(item, identity) for item in plan.destinations if not item.identifier]
    return {**record, **{name: value for name, value in optional.items() if value}, "artifacts": (primary or [{}])[0]}


def _artifact(destination: Destination, identity: Identity) -> Json:
    key = destination.key(identity.uuid, destination.name)
    return {
        "location": f"arn:aws:s3:::{destination.bucket}/{key}",
        "encryptionDisabled": not destination.encrypted,
        "overrideArtifactName": destination.renamed,
    }


def _logs(plan: Plan, identity: Identity) -> Json:
    if plan.logs is None:
        return {"cloudWatchLogs": {"status": "DISABLED"}}
    stream = plan.logs.stream(identity.uuid)
    arn = f"arn:aws:logs:{identity.region}:{identity.account}:log-group:{plan.logs.group}:log-stream:{stream}"
    return {
        "groupName": plan.logs.group,
        "streamName": stream,
        "cloudWatchLogsArn": arn,
        "cloudWatchLogs": {"status": "ENABLED", "groupName": plan.logs.group, "streamName": plan.logs.prefix},
    }
