import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


def write_manifest(folder: Path, artifacts: dict[str, Any]) -> None:
    (folder / "manifest.json").write_text(json.dumps({"version": "54.0.0", "artifacts": artifacts}))


@pytest.fixture
def write_assembly(tmp_path: Path) -> Write:
    """Writes a cloud assembly with one stack that holds ``resources``, in a stage of its own."""

    def write(resources: dict[str, Any], *, region: str = "us-east-1") -> Path:
        nested = tmp_path / "assembly-Stage"
        nested.mkdir()
        stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": nested.name, "displayName": "Stage"}}
        write_manifest(tmp_path, {"Tree": {"type": "cdk:tree"}, "Stage": stage})
        stack = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://222222222222/{region}",
            "displayName": "Stage/Stack",
            "properties": {"templateFile": "stack.json", "stackName": "the-stack"},
        }
        write_manifest(nested, {"Stack": stack})
        (nested / "stack.json").write_text(json.dumps({"Resources": resources}))
        return tmp_path

    return write
