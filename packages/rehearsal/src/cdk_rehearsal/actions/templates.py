"""What a CloudFormation action submits: the template, its parameters, tags, capabilities and role."""

import json
from collections.abc import Mapping
from typing import Any

from cdk_rehearsal.actions.artifacts import ArtifactError, object_key
from cdk_rehearsal.actions.contracts import ActionContext, ActionFailedError

# "Template body size in a request" in the CloudFormation quotas; a larger one must come from a bucket.
LARGEST_BODY_BYTES = 51_200


def stack_parameters(context: ActionContext) -> dict[str, Any]:
    """Return what CreateChangeSet, CreateStack and UpdateStack have in common.

    Raises:
        ActionFailedError: a file is missing in an artifact, or not what it should be.
    """
    settings = context.configuration
    try:
        configuration = _template_configuration(context)
        parameters = {**configuration.get("Parameters", {}), **_overrides(context)}
        template = _template(context)
    except ArtifactError as missing:
        raise ActionFailedError(str(missing), code="ConfigurationError") from None
    submitted: dict[str, Any] = {
        **template,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        "Tags": [{"Key": key, "Value": value} for key, value in configuration.get("Tags", {}).items()],
        "RoleARN": settings["RoleArn"],
    }
    capabilities = [each.strip() for each in settings.get("Capabilities", "").split(",") if each.strip()]
    if capabilities:
        submitted["Capabilities"] = capabilities
    return submitted


def _part(context: ActionContext, key: str) -> bytes:
    artifact, _, path = context.configuration[key].partition("::")
    return context.artifacts.read(artifact, path)


def _template(context: ActionContext) -> dict[str, str]:
    if "TemplatePath" not in context.configuration:
        raise ActionFailedError("TemplatePath is missing: there is nothing to deploy", code="ConfigurationError")
    body = _part(context, "TemplatePath")
    context.log.line(f"template {context.configuration['TemplatePath']}, {len(body)} bytes")
    if len(body) <= LARGEST_BODY_BYTES:
        return {"TemplateBody": body.decode()}
    bucket = context.artifacts.store.location
    key = object_key(context.pipeline, "Template")
    # A deploy role of CDK's bootstrap may only read this bucket, and yet deploys large templates on AWS.
    context.artifacts.pipeline_s3().put_object(Bucket=bucket, Key=key, Body=body, **context.artifacts.encryption())
    return {"TemplateURL": f"https://s3.{context.region}.amazonaws.com/{bucket}/{key}"}


def _template_configuration(context: ActionContext) -> dict[str, Any]:
    """The template configuration file: Parameters and Tags. A stack policy is refused rather than dropped."""
    if "TemplateConfiguration" not in context.configuration:
        return {}
    configuration = _json_object(_part(context, "TemplateConfiguration"), "TemplateConfiguration")
    unknown = sorted(configuration.keys() - {"Parameters", "Tags"})
    if unknown:
        raise ActionFailedError(
            f"TemplateConfiguration: the rehearsal does not run {', '.join(unknown)}; it takes Parameters and Tags",
            code="ConfigurationError",
        )
    return configuration


def _json_object(text: bytes | str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as malformed:
        raise ActionFailedError(f"{what} is no JSON: {malformed}", code="ConfigurationError") from None
    if not isinstance(value, dict):
        raise ActionFailedError(f"{what} is no JSON object", code="ConfigurationError")
    return value


def _overrides(context: ActionContext) -> dict[str, str]:
    overrides = _json_object(context.configuration.get("ParameterOverrides", "{}"), "ParameterOverrides")
    return {name: _value(context, name, value) for name, value in overrides.items()}


def _value(context: ActionContext, name: str, value: Any) -> str:
    """A parameter's value: text, or a function that reads an artifact (Fn::GetParam, Fn::GetArtifactAtt)."""
    match value:
        case str():
            return value
        case {"Fn::GetParam": [str(artifact), str(path), str(key)]}:
            return _member(_json_object(context.artifacts.read(artifact, path), f"{artifact}::{path}"), key, name)
        case {"Fn::GetArtifactAtt": [str(artifact), str(attribute)]}:
            return _member(_attributes(context, artifact), attribute, name)
    raise ActionFailedError(
        f"ParameterOverrides: {name} is {json.dumps(value)}; text, Fn::GetParam or Fn::GetArtifactAtt are allowed",
        code="ConfigurationError",
    )


def _member(values: Mapping[str, Any], key: str, name: str) -> str:
    if key not in values:
        raise ArtifactError(f"ParameterOverrides: {name}: there is no {key}, only {', '.join(values)}")
    return str(values[key])


def _attributes(context: ActionContext, artifact: str) -> Mapping[str, str]:
    location = context.artifacts.input(artifact)
    return {
        "ArtifactName": artifact,
        "BucketName": location.bucket,
        "ObjectKey": location.key,
        "URL": f"https://s3.{context.region}.amazonaws.com/{location.bucket}/{location.key}",
    }
