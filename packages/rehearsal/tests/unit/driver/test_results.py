import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.unit.driver.test_assembly import pipeline, source, write_app
from tests.unit.driver.test_follow import run

from cdk_rehearsal.driver import results
from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.preview import Change, StackPreview
from cdk_rehearsal.emulator.config import EmulatorConfig

DELIVERY = Delivery(execution="one", status="Failed", reason="", runs=(run("Build"), run("Check", "InProgress")))


class CloudFormation:
    """Has the stack dev-app and one that is not the app's."""

    def get_paginator(self, _operation: str) -> "CloudFormation":
        return self

    def paginate(self) -> Iterator[dict[str, Any]]:
        outputs = [{"OutputKey": "Url", "OutputValue": "x" * 150}]
        yield {"Stacks": [{"StackName": "CDKToolkit"}, {"StackName": "dev-app", "Outputs": outputs}]}


@pytest.fixture
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[results.StackOutputs]:
    monkeypatch.setattr(results, "client", lambda *_, **__: CloudFormation())
    assembly = Assembly.read(write_app(tmp_path, pipeline(source("a/b"))))
    return results.outputs(assembly, EmulatorConfig(port=1, state_dir=tmp_path))


def test_the_outputs_are_those_of_the_stages_stacks(stages: list[results.StackOutputs]) -> None:
    assert [(each.stack.name, dict(each.values)) for each in stages] == [("dev-app", {"Url": "x" * 150})]


def test_what_was_only_recorded_is_grouped_by_what_is_missing(tmp_path: Path) -> None:
    config = EmulatorConfig(port=1, state_dir=tmp_path)
    assert results.recorded_only(config) == {}
    entries = [
        {"type": "B", "reason": "no packets"},
        {"type": "A", "reason": "no packets"},
        {"type": "C", "reason": "no"},
    ]
    (tmp_path / "recorded.json").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    assert results.recorded_only(config) == {"no": ["C"], "no packets": ["A", "B"]}


def test_the_table_has_every_action_the_outputs_whole_and_what_was_only_recorded(
    stages: list[results.StackOutputs],
) -> None:
    output = io.StringIO()
    results.show(Console(file=output, width=100), DELIVERY, stages, {"no packets": ["AWS::EC2::VPC"]})
    text = output.getvalue()
    assert "Delivery one: Failed" in text
    assert "✓ Succeeded" in text
    assert "InProgress" in text
    assert text.count("x") >= 150
    assert "AWS::EC2::VPC: no packets" in text


def test_the_preview_counts_and_names_what_goes(tmp_path: Path) -> None:
    output = io.StringIO()
    changes = tuple(
        Change(kind=kind, type="AWS::S3::Bucket", path=f"{kind}-bucket")
        for kind in ("added", "changed", "replaced", "removed")
    )
    shown = [StackPreview(stack="prod-app", changes=changes, log=tmp_path / "log")]
    results.show_preview(Console(file=output, width=200), "Prod", shown)
    text = output.getvalue()
    assert "If approved, Prod becomes:" in text
    assert "prod-app: 1 added, 1 changed, 1 replaced, 1 removed" in text
    assert "removed AWS::S3::Bucket removed-bucket" in text
    assert "added-bucket" not in text


def test_the_result_is_saved_for_machines(tmp_path: Path, stages: list[results.StackOutputs]) -> None:
    results.save(tmp_path / "result.json", DELIVERY, stages, {"no packets": ["AWS::EC2::VPC"]})
    saved = json.loads((tmp_path / "result.json").read_text())
    assert (saved["status"], saved["seconds"]) == ("Failed", 2.0)
    assert [(each["action"], each["seconds"]) for each in saved["actions"]] == [("Build", 2.0), ("Check", None)]
    assert saved["outputs"] == {"dev-app": {"Url": "x" * 150}}
    assert saved["recorded_only"] == {"no packets": ["AWS::EC2::VPC"]}
