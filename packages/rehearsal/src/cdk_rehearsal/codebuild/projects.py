"""Build projects: every setting that a build reads is kept, from the API and from CloudFormation alike."""

import re
import time
from typing import Any

from cdk_rehearsal.codebuild.settings import invalid
from cdk_rehearsal.emulator.contracts import Call, Json, Properties, ServiceError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,254}")  # of CreateProject, by CodeBuild's API reference
NAME_RULE = "2 to 255 letters, digits, - and _ are, the first a letter or digit"
CFN_ONLY = ("Name", "Tags", "Triggers")
KEPT_BY_THE_EMULATOR = frozenset({"name", "arn", "created", "lastModified", "tags", "badge"})
RENAMED = {"buildSpec": "buildspec", "visibility": "projectVisibility"}
NUMBERS = ("timeoutInMinutes", "queuedTimeoutInMinutes", "concurrentBuildLimit", "autoRetryLimit")
DEFAULTS: Json = {
    "artifacts": {"type": "NO_ARTIFACTS"},
    "timeoutInMinutes": 60,
    "queuedTimeoutInMinutes": 480,
    "encryptionKey": "alias/aws/s3",
    "cache": {"type": "NO_CACHE"},
}


def check_properties(properties: Properties) -> None:
    """Refuse what a rehearsal can't do rather than pass over it.

    Raises:
        ValueError: the reason, as CloudFormation reports it.
    """
    name = properties.get("Name")
    if name is not None and not NAME.fullmatch(name):
        raise ValueError(f"Name {name!r} is not allowed; {NAME_RULE}")
    if str((properties.get("Triggers") or {}).get("Webhook", "false")).lower() == "true":
        raise ValueError("Triggers.Webhook is not supported by a rehearsal: a pipeline or StartBuild starts its builds")


def settings_of(properties: Properties) -> Json:
    """Return a project's settings in the API's words from the properties of ``AWS::CodeBuild::Project``."""
    given = {name: value for name, value in properties.items() if name not in CFN_ONLY}
    settings: Json = {**DEFAULTS, **_api_words(given)}
    return settings | {name: int(settings[name]) for name in NUMBERS if name in settings}


def replaced(project: Json, settings: Json) -> Json:
    """Return a project with these settings and none of its former ones, in what the emulator itself keeps unchanged."""
    own = {name: value for name, value in project.items() if name in KEPT_BY_THE_EMULATOR}
    return {"description": "", **settings, **own}


def created(call: Call) -> Json:
    """Return the project that CreateProject asks for.

    Raises:
        ServiceError: InvalidInputException if a required member is missing or the name is malformed.
    """
    missing = [
        name for name in ("name", "source", "artifacts", "environment", "serviceRole") if not call.payload.get(name)
    ]
    if missing:
        raise invalid(f"{', '.join(missing)} is missing")
    name, now = call.payload["name"], time.time()
    if not NAME.fullmatch(name):
        raise invalid(f"name {name!r} is not allowed; {NAME_RULE}")
    arn = f"arn:aws:codebuild:{call.region}:{call.account}:project/{name}"
    fixed = {"arn": arn, "created": now, "lastModified": now, "badge": {"badgeEnabled": False}}
    return {"description": "", "tags": [], **DEFAULTS, **call.payload, **fixed}


def updated(project: Json, call: Call) -> Json:
    """Return a project as UpdateProject leaves it: members that are not named stay."""
    return {**project, **call.payload, "lastModified": time.time()}


def named(projects: Any, name: str) -> Json:
    """Return a project by its name or ARN.

    Raises:
        ServiceError: ResourceNotFoundException.
    """
    project: Json | None = projects.get(name.partition(":project/")[2] or name)
    if project is None:
        raise ServiceError("ResourceNotFoundException", f"Project cannot be found: {name}")
    return project


def _api_words(value: Any) -> Any:
    if isinstance(value, dict):
        words = {name[:1].lower() + name[1:]: _api_words(item) for name, item in value.items()}
        return {RENAMED.get(name, name): item for name, item in words.items()}
    if isinstance(value, list):
        return [_api_words(item) for item in value]
    return value
