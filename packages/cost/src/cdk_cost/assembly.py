"""The stacks of a synthesised app, nested stages included."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_cost.errors import CostError

PATH = "aws:cdk:path"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a template; ``where`` is its construct path within the stack."""

    where: str
    kind: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack: its name in CloudFormation, its region, and its resources in the order of their paths."""

    name: str
    region: str
    resources: tuple[Resource, ...]


def read_stacks(assembly: Path) -> list[Stack]:
    """Return the stacks of the cloud assembly in that folder, those of the app itself first.

    Raises:
        CostError: There is no cloud assembly.
    """
    if not (assembly / "manifest.json").is_file():
        raise CostError(f"no cloud assembly in {assembly}; run `cdk synth` first")
    manifests = sorted(assembly.rglob("manifest.json"), key=lambda path: (len(path.parts), path))
    return [stack for manifest in manifests for stack in _stacks(manifest)]


def _stacks(manifest: Path) -> Iterator[Stack]:
    for id_, artifact in json.loads(manifest.read_text())["artifacts"].items():
        if artifact["type"] == "aws:cloudformation:stack":
            properties = artifact["properties"]
            template = json.loads((manifest.parent / properties["templateFile"]).read_text())
            yield Stack(
                name=properties.get("stackName", id_),
                region=artifact["environment"].rpartition("/")[2],
                resources=tuple(sorted(_resources(template, artifact["displayName"]), key=lambda found: found.where)),
            )


def _resources(template: Mapping[str, Any], address: str) -> Iterator[Resource]:
    for id_, resource in template["Resources"].items():
        path = resource.get("Metadata", {}).get(PATH, id_)
        where = path.removeprefix(f"{address}/").removesuffix("/Resource")
        yield Resource(where=where, kind=resource["Type"], properties=resource.get("Properties", {}))
