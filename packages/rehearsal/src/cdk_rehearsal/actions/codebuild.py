"""Build and test (CodeBuild): starts a build of the project and waits for it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError, Outcome
from cdk_rehearsal.actions.log import Follower

POLL_SECONDS = 0.3
Parameters = dict[str, Any]
Look = Callable[[str], Mapping[str, Any]]


def run(context: ActionContext) -> Outcome:
    """Build the input artifacts and fail with the phase that failed."""

    def look(build_id: str) -> Mapping[str, Any]:
        (build,) = context.clients("codebuild").batch_get_builds(ids=[build_id])["builds"]
        found: Mapping[str, Any] = build
        return found

    build = context.clients("codebuild").start_build(**start_parameters(context))["build"]
    return follow_build(context, build, look)


def follow_build(context: ActionContext, build: Mapping[str, Any], look: Look) -> Outcome:
    """Wait for a build that has started, copying its log.

    Raises:
        ActionFailedError: it failed, with the phase that did.
    """
    build_id = build["id"]
    context.progress.report(external_id=build_id, summary="Build started")
    context.log.line(f"build {build_id}")
    follower = Follower(context.build_logs / f"{build_id.replace(':', '-')}.log", context.log)
    while build["buildStatus"] == "IN_PROGRESS":
        context.progress.pause(POLL_SECONDS)
        follower.copy()
        build = look(build_id)
        context.progress.report(summary=f"Build phase {build.get('currentPhase', 'SUBMITTED')}")
    follower.copy()
    context.log.line(f"build {build_id}: {build['buildStatus']}")
    if build["buildStatus"] != "SUCCEEDED":
        raise ActionFailedError(_failure(build))
    exported = build.get("exportedEnvironmentVariables", [])
    return Outcome(
        summary=f"Build {build_id} succeeded", variables={each["name"]: each.get("value", "") for each in exported}
    )


def start_parameters(context: ActionContext) -> Parameters:
    """Return StartBuild's input.

    CodePipeline hands artifacts to CodeBuild by a source type that only it may name; S3 sources and artifacts at the
    same objects are what anybody may ask for, and come to the same.
    """
    names = [artifact.name for artifact in context.action.input_artifacts]
    primary = _primary(context, names)
    parameters: Parameters = {
        "projectName": context.configuration["ProjectName"],
        "idempotencyToken": context.run_id,
        "sourceTypeOverride": "S3",
        "sourceLocationOverride": place(context, primary),
        "environmentVariablesOverride": _environment(context, primary),
        **outputs(context),
    }
    others = [name for name in names if name != primary]
    if others:
        parameters["secondarySourcesOverride"] = [
            {"type": "S3", "location": place(context, name), "sourceIdentifier": name} for name in others
        ]
    if context.artifacts.store.encryption_key is not None:
        parameters["encryptionKeyOverride"] = context.artifacts.store.encryption_key.id
    return parameters


def _primary(context: ActionContext, names: list[str]) -> str:
    declared = context.configuration.get("PrimarySource")
    if declared is None and len(names) > 1:
        raise ActionFailedError(
            f"PrimarySource must name one of the input artifacts {', '.join(names)}", code="ConfigurationError"
        )
    if declared is not None and declared not in names:
        raise ActionFailedError(
            f"PrimarySource {declared} is no input artifact; those are {', '.join(names)}", code="ConfigurationError"
        )
    return declared or names[0]


def place(context: ActionContext, name: str) -> str:
    """Return where an input artifact lies, as CodeBuild names it."""
    location = context.artifacts.inputs[name]
    return f"{location.bucket}/{location.key}"


def outputs(context: ActionContext) -> Parameters:
    """One output artifact is the build's own; several are its secondary artifacts, by name (CodeBuild user guide)."""
    outputs = [_output(context, artifact.name) for artifact in context.action.output_artifacts]
    if not outputs:
        return {"artifactsOverride": {"type": "NO_ARTIFACTS"}}
    if len(outputs) == 1:
        return {"artifactsOverride": outputs[0]}
    identified = [
        {**output, "artifactIdentifier": artifact.name}
        for output, artifact in zip(outputs, context.action.output_artifacts, strict=True)
    ]
    return {"artifactsOverride": {"type": "NO_ARTIFACTS"}, "secondaryArtifactsOverride": identified}


def _output(context: ActionContext, name: str) -> Parameters:
    location = context.artifacts.outputs[name]
    path, _, last = location.key.rpartition("/")
    return {
        "type": "S3",
        "location": location.bucket,
        "path": path,
        "name": last,
        "namespaceType": "NONE",
        "packaging": "ZIP",
        "overrideArtifactName": False,
    }


def _environment(context: ActionContext, primary: str) -> list[dict[str, str]]:
    """The action's variables, after those that CodeBuild sets for a build that CodePipeline starts."""
    commit = context.revisions.get(primary) or next(iter(context.revisions.values()), "")
    own = [
        {"name": "CODEBUILD_INITIATOR", "value": f"codepipeline/{context.pipeline}", "type": "PLAINTEXT"},
        {"name": "CODEBUILD_RESOLVED_SOURCE_VERSION", "value": commit, "type": "PLAINTEXT"},
    ]
    try:
        declared = json.loads(context.configuration.get("EnvironmentVariables", "[]"))
        return own + [
            {"name": each["name"], "value": each["value"], "type": each.get("type", "PLAINTEXT")} for each in declared
        ]
    except (ValueError, KeyError, TypeError) as malformed:
        raise ActionFailedError(
            f"EnvironmentVariables is no JSON list of name, value and type: {malformed}", code="ConfigurationError"
        ) from None


def _failure(build: Mapping[str, Any]) -> str:
    """Say which phase failed and why, in CodeBuild's words for CodePipeline."""
    told = f"Build terminated with state: {build['buildStatus']}"
    for phase in build.get("phases", []):
        if phase.get("phaseStatus") not in {None, "SUCCEEDED"}:
            contexts: list[Mapping[str, str]] = phase.get("contexts", [])
            context = contexts[0] if contexts else {}
            return (
                f"{told}. Phase: {phase['phaseType']}, Code: {context.get('statusCode', 'none given')}, "
                f"Message: {context.get('message', 'none given')}"
            )
    return told
