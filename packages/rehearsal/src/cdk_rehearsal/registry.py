"""Schemas of the CloudFormation registry, and the service authorization reference, from cfn-lint's copies."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

REGION = "us-east-1"
PROPERTIES = "/properties/"


@cache
def schema(resource_type: str) -> dict[str, Any]:
    """Return a type's schema, or an empty one if none is published; do not change it.

    Reads cfn-lint's files directly: importing the package takes half a second.
    """
    digest = _digests().get(resource_type)
    found: dict[str, Any] = json.loads((_folder() / "resources" / f"{digest}.json").read_text()) if digest else {}
    return found


def identifier(resource_type: str) -> str:
    """Return the property that identifies a resource of a type with a schema."""
    (pointer,) = schema(resource_type)["primaryIdentifier"]
    return str(pointer).removeprefix(PROPERTIES)


@cache
def authorisation() -> dict[str, Any]:
    """Return the actions of each service, with the resources that they are authorized on; do not change it."""
    path = _folder().parent / "AdditionalSpecs" / "Policies.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@cache
def _digests() -> dict[str, str]:
    found: dict[str, str] = json.loads((_folder() / "providers" / f"{REGION}.json").read_text())
    return found


@cache
def _folder() -> Path:
    package = find_spec("cfnlint")
    assert package is not None  # noqa: S101 - locked beside this package
    return Path(str(package.origin)).parent / "data" / "schemas"
