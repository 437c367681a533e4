"""Cloud assemblies of one stack, as the CDK writes them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_assembly(
    folder: Path, *, stack: str = "S", region: str = "us-east-1", metadata: Any = None, template: Any = None
) -> Path:
    """Write an assembly with one stack into ``folder``, and return it."""
    properties = {"templateFile": f"{stack}.template.json"}
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://111111111111/{region}",
        "properties": properties,
        "metadata": metadata or {},
        "displayName": stack,
    }
    write_manifest(folder, {"S": artifact, "T": {"type": "cdk:tree"}})
    (folder / properties["templateFile"]).write_text(json.dumps(template or {"Resources": {}}))
    return folder


def write_stage(folder: Path, **stack: Any) -> Path:
    """Write an assembly whose only stack is in a stage, and return its folder."""
    nested = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Dev", "displayName": "Dev"}}
    write_manifest(folder, {"assembly-Dev": nested})
    return write_assembly(folder / "assembly-Dev", **stack)


def write_manifest(folder: Path, artifacts: Mapping[str, Any]) -> None:
    """Write a manifest of ``artifacts``."""
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"version": "54.0.0", "artifacts": artifacts}))
