"""Reading a build's plan from its settings; what a rehearsal can't do is refused here, by name."""

import re
from typing import Any

from cdk_rehearsal.codebuild.plan import Destination, Logs, Plan, Source, Variable
from cdk_rehearsal.codebuild.settings import invalid
from cdk_rehearsal.codebuild.specification import NAME, RESERVED_PREFIX
from cdk_rehearsal.emulator.contracts import Json

# What CodePipeline tells CodeBuild on a private channel comes here as overrides of these variables.
HANDED_OVER = ("CODEBUILD_INITIATOR", "CODEBUILD_RESOLVED_SOURCE_VERSION", "CODEBUILD_SOURCE_VERSION")
VARIABLE_TYPES = ("PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]+")


def read_plan(settings: Json, *, project: str) -> Plan:
    """Return the plan of a build of ``project``, from the result of :func:`cdk_rehearsal.codebuild.settings.merge`.

    Raises:
        ServiceError: InvalidInputException, naming what is malformed or what a rehearsal can't do.
    """
    variables = [_variable(item) for item in settings["environment"]["environmentVariables"]]
    versions = {item["sourceIdentifier"]: item["sourceVersion"] for item in settings["secondarySourceVersions"]}
    secondary = [_secondary_source(item, versions) for item in settings["secondarySources"]]
    artifacts = [{**settings["artifacts"], "artifactIdentifier": ""}, *settings["secondaryArtifacts"]]
    if not settings["serviceRole"].startswith("arn:"):
        raise invalid(f"service role {settings['serviceRole']!r} is not allowed; the ARN of a role is")
    return Plan(
        service_role=settings["serviceRole"],
        source=_source({**settings["source"], "sourceIdentifier": ""}, settings["sourceVersion"]),
        secondary_sources=tuple(secondary),
        buildspec=_buildspec(settings["source"]),
        destinations=tuple(_destination(item, project) for item in artifacts if item["type"] != "NO_ARTIFACTS"),
        variables=tuple(variable for variable in variables if variable.name not in HANDED_OVER),
        handed_over={variable.name: variable.value for variable in variables if variable.name in HANDED_OVER},
        timeout_minutes=int(settings["timeoutInMinutes"]),
        encryption_key=settings["encryptionKey"],
        keeps_cache="LOCAL_CUSTOM_CACHE" in settings["cache"].get("modes", []),
        logs=_logs(settings["logsConfig"], project),
        image=settings["environment"].get("image", ""),
        notes=tuple(_notes(settings)),
    )


def _secondary_source(source: Json, versions: Json) -> Source:
    identifier = source.get("sourceIdentifier", "")
    if not IDENTIFIER.fullmatch(identifier):
        raise invalid(f"sourceIdentifier {identifier!r} is not allowed; letters, digits, _ and - are")
    return _source(source, versions.get(identifier, ""))


def _source(source: Json, version: str) -> Source:
    kind, identifier = source.get("type", "NO_SOURCE"), source.get("sourceIdentifier", "")
    if kind == "NO_SOURCE":
        return Source(identifier=identifier)
    if kind != "S3":
        raise invalid(f"source type {kind} is not supported by a rehearsal; S3 and NO_SOURCE are")
    bucket, _, key = source.get("location", "").removeprefix("arn:aws:s3:::").partition("/")
    if not bucket or not key or key.endswith("/"):
        raise invalid(f"source location {source.get('location', '')!r} is not allowed; <bucket>/<key of a zip> is")
    return Source(identifier=identifier, bucket=bucket, key=key, version=version)


def _buildspec(source: Json) -> str:
    buildspec = source.get("buildspec") or ""
    if buildspec.startswith("arn:"):
        raise invalid("a buildspec in S3 is not supported by a rehearsal; text and a path in the source are")
    if source.get("type") == "NO_SOURCE" and not buildspec:
        raise invalid("buildspec is missing: a source of type NO_SOURCE needs one as text")
    return buildspec


def _destination(artifact: Json, project: str) -> Destination:
    if artifact["type"] != "S3":
        raise invalid(f"artifacts type {artifact['type']} is not supported by a rehearsal; S3 and NO_ARTIFACTS are")
    bucket = artifact.get("location", "").removeprefix("arn:aws:s3:::")
    if not bucket or "/" in bucket:
        raise invalid(f"artifacts location {bucket!r} is not allowed; the name of a bucket is")
    return Destination(
        identifier=artifact.get("artifactIdentifier", ""),
        bucket=bucket,
        path=artifact.get("path", ""),
        name=artifact.get("name") or project,
        zipped=artifact.get("packaging", "NONE") == "ZIP",
        by_build=artifact.get("namespaceType", "NONE") == "BUILD_ID",
        renamed=bool(artifact.get("overrideArtifactName")),
        encrypted=not artifact.get("encryptionDisabled"),
    )


def _variable(item: Json) -> Variable:
    variable = Variable(**{"type": "PLAINTEXT", **item})
    if variable.type not in VARIABLE_TYPES:
        raise invalid(
            f"environment variable {variable.name}: type {variable.type} is not one of {', '.join(VARIABLE_TYPES)}"
        )
    if not NAME.fullmatch(variable.name):
        raise invalid(f"environment variable {variable.name!r}: letters, digits and _ are allowed, a digit not first")
    if variable.name.startswith(RESERVED_PREFIX) and variable.name not in HANDED_OVER:
        raise invalid(
            f"environment variable {variable.name}: names that start with {RESERVED_PREFIX} are CodeBuild's own"
        )
    return variable


def _logs(config: Json, project: str) -> Logs | None:
    if config.get("s3Logs", {}).get("status") == "ENABLED":
        raise invalid("logs in S3 are not supported by a rehearsal; CloudWatch Logs are")
    cloudwatch = config.get("cloudWatchLogs", {})
    if cloudwatch.get("status") == "DISABLED":
        return None
    return Logs(
        group=cloudwatch.get("groupName") or f"/aws/codebuild/{project}", prefix=cloudwatch.get("streamName") or ""
    )


def _notes(settings: Json) -> list[str]:
    """Return what the log says of settings that one machine can't follow, so that none is passed over in silence."""
    environment: dict[str, Any] = settings["environment"]
    if environment.get("type", "LINUX").startswith(("WINDOWS", "MAC")):
        raise invalid(f"environment type {environment['type']} is not supported by a rehearsal; Linux types are")
    notes = [f"image {environment['image']}: this machine stands for it"] if environment.get("image") else []
    if environment.get("privilegedMode"):
        notes.append("privilegedMode: only recorded, no Docker daemon is started")
    if settings["cache"].get("type") == "S3":
        notes.append("cache of type S3: only recorded, nothing is kept")
    if settings["vpcConfig"].get("vpcId"):
        notes.append("vpcConfig: only recorded, the build runs in this machine's network")
    return notes
