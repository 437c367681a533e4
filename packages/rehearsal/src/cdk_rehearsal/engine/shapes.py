"""A pipeline from its two spellings, the API's declaration and CloudFormation's properties, and to the API's."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from cdk_rehearsal.engine.definition import Pipeline
from cdk_rehearsal.engine.problems import StructureError

# What CloudFormation keeps beside the declaration: it acts on these itself, CreatePipeline does not know them.
BESIDE_THE_DECLARATION = frozenset({"Tags", "RestartExecutionOnUpdate", "DisableInboundStageTransitions"})


MASKED = "OAuthToken"


def from_api(declaration: Mapping[str, Any]) -> Pipeline:
    """Return the pipeline that CreatePipeline's ``pipeline`` member declares.

    Raises:
        StructureError: a member is missing, malformed, or none that the engine runs; the message names its place.
    """
    try:
        return Pipeline.model_validate(declaration)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            message = f"{place}: the rehearsal does not run this; remove it or leave it to AWS"
        else:
            message = f"{place}: {first['msg']}"
        raise StructureError("ValidationException", message) from None


def to_api(pipeline: Pipeline) -> dict[str, Any]:
    """Return the declaration as GetPipeline answers it."""
    declaration = pipeline.model_dump(mode="json", by_alias=True, exclude_none=True)
    for stage in declaration["stages"]:
        for action in stage["actions"]:
            action["configuration"] = masked(action["configuration"])
    return declaration


def masked(configuration: Mapping[str, str]) -> dict[str, str]:
    """Return a configuration as it is shown.

    "The entry is always displayed as a mask of four asterisks" (OAuthToken in "GitHub (via OAuth app) source action
    reference" of the user guide).
    """
    return {key: "****" if key == MASKED else value for key, value in configuration.items()}


def from_cloudformation(properties: Mapping[str, Any], *, name: str) -> Pipeline:
    """Return the pipeline that ``AWS::CodePipeline::Pipeline`` properties describe, under its physical ``name``.

    Raises:
        StructureError: as :func:`from_api` does.
    """
    declared = {key: value for key, value in properties.items() if key not in BESIDE_THE_DECLARATION}
    declaration = _lower(declared)
    declaration["name"] = name
    if "artifactStores" in declaration:
        stores = declaration["artifactStores"]
        declaration["artifactStores"] = {store["region"]: store["artifactStore"] for store in stores}
    return from_api(declaration)


def _lower(value: Any) -> Any:
    if isinstance(value, list):
        return [_lower(item) for item in value]
    if isinstance(value, dict):
        return {
            f"{key[0].lower()}{key[1:]}": _texts(item) if key == "Configuration" else _lower(item)
            for key, item in value.items()
        }
    return value


def _texts(configuration: Mapping[str, Any]) -> dict[str, str]:
    """CloudFormation hands an action's configuration over as text, whatever the template wrote."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in configuration.items()}
