import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def write_assembly(tmp_path: Path) -> Write:
    """Writes a cloud assembly with one stack that holds ``resources``, in a stage of its own."""

    def write(resources: dict[str, Any], *, region: str = "us-east-1") -> Path:
        nested = tmp_path / "assembly-Stage"
        nested.mkdir()
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Tree": {"type": "cdk:tree"}}}))
        stack = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://222222222222/{region}",
            "displayName": "Stage/Stack",
            "properties": {"templateFile": "stack.json", "stackName": "the-stack"},
        }
        (nested / "manifest.json").write_text(json.dumps({"artifacts": {"Stack": stack}}))
        (nested / "stack.json").write_text(json.dumps({"Resources": resources}))
        return tmp_path

    return write
