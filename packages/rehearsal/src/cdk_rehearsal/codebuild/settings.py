"""A project's settings under the overrides of one StartBuild request, in the words of CodeBuild's API.

Names and precedence are those of `StartBuild
<https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html>`_.
"""

from collections.abc import Mapping
from typing import Any

from cdk_rehearsal.emulator.contracts import Json, ServiceError

DEFAULT_MINUTES = 60
DEFAULT_QUEUE_MINUTES = 480
OVERRIDES = {
    "secondarySourcesOverride": "secondarySources",
    "secondarySourcesVersionOverride": "secondarySourceVersions",
    "artifactsOverride": "artifacts",
    "secondaryArtifactsOverride": "secondaryArtifacts",
    "cacheOverride": "cache",
    "serviceRoleOverride": "serviceRole",
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "encryptionKeyOverride": "encryptionKey",
    "logsConfigOverride": "logsConfig",
    "sourceVersion": "sourceVersion",
}
SOURCE_OVERRIDES = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "buildspecOverride": "buildspec",
}
ENVIRONMENT_OVERRIDES = {
    "environmentTypeOverride": "type",
    "imageOverride": "image",
    "computeTypeOverride": "computeType",
    "privilegedModeOverride": "privilegedMode",
}
OTHERS = ("projectName", "environmentVariablesOverride", "idempotencyToken")
DEFAULTS: Mapping[str, Any] = {
    "sourceVersion": "",
    "secondarySources": [],
    "secondarySourceVersions": [],
    "artifacts": {"type": "NO_ARTIFACTS"},
    "secondaryArtifacts": [],
    "cache": {"type": "NO_CACHE"},
    "timeoutInMinutes": DEFAULT_MINUTES,
    "queuedTimeoutInMinutes": DEFAULT_QUEUE_MINUTES,
    "encryptionKey": "",
    "logsConfig": {},
    "vpcConfig": {},
}


def invalid(message: str) -> ServiceError:
    """Return the error that CodeBuild answers to a request that it can't follow."""
    return ServiceError("InvalidInputException", message)


def merge(project: Json, request: Json) -> Json:
    """Return the settings of one build; variables are a list by name, the request's above the project's.

    Raises:
        ServiceError: InvalidInputException for an override that a rehearsal doesn't know.
    """
    known = {*OVERRIDES, *SOURCE_OVERRIDES, *ENVIRONMENT_OVERRIDES, *OTHERS}
    unknown = sorted(set(request) - known)
    if unknown:
        raise invalid(f"{', '.join(unknown)}: not supported by a rehearsal")
    settings = {name: project.get(name) or default for name, default in DEFAULTS.items()}
    settings["serviceRole"] = project.get("serviceRole") or ""
    settings |= {name: request[override] for override, name in OVERRIDES.items() if override in request}
    if "sourceLocationOverride" in request and "sourceVersion" not in request:
        settings["sourceVersion"] = ""  # the project's names a version of another source
    settings["source"] = _overridden(project.get("source"), request, SOURCE_OVERRIDES)
    environment = _overridden(project.get("environment"), request, ENVIRONMENT_OVERRIDES)
    given = [*environment.get("environmentVariables", []), *request.get("environmentVariablesOverride", [])]
    environment["environmentVariables"] = list({variable["name"]: variable for variable in given}.values())
    settings["environment"] = environment
    return settings


def _overridden(part: Json | None, request: Json, overrides: Mapping[str, str]) -> Json:
    return {**(part or {}), **{name: request[override] for override, name in overrides.items() if override in request}}
