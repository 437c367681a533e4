"""What people, builds and pull requests read of the gate, and the exit code that they go by."""

import json
from pathlib import Path
from typing import Any

import pytest

from compliance.summary import summarise
from tests.unit.compliance.assemblies import write_assembly


def assembly(folder: Path, *violations: dict[str, Any]) -> Path:
    acknowledged = {**violation("S1", "Logs"), "reason": "evidence", "acknowledgedAt": "Logs"}
    pack = {"pluginName": "AwsSolutions", "violations": violations, "suppressedViolations": [acknowledged]}
    (folder / "validation-report.json").write_text(json.dumps({"pluginReports": [pack]}))
    return write_assembly(folder)


def violation(rule: str, path: str, severity: str = "error") -> dict[str, Any]:
    constructs = [{"constructPath": path}]
    return {
        "ruleName": rule,
        "description": "must match [a-z]",
        "severity": severity,
        "violatingConstructs": constructs,
    }


def test_a_clean_app_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert summarise(assembly(tmp_path)) == 0
    assert capsys.readouterr() == ("gate: 0 open findings, 1 acknowledged\n", "")


def test_open_findings_are_listed_in_full_and_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = "/".join(["TapPipeline", *["Construct"] * 12, "Resource"])
    rule = "AwsSolutions-IAM5[Action::s3:*]"
    assert summarise(assembly(tmp_path, violation(rule, path))) == 1
    first, *table = capsys.readouterr().out.splitlines()
    assert first == "gate: 1 open findings, 1 acknowledged"
    (row,) = (line for line in table if path in line)
    assert rule in row
    assert "must match [a-z]" in row


def test_what_cfn_lint_finds_is_open_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", "EngineVersion": "15.8"}}
    write_assembly(assembly(tmp_path), template={"Resources": {"Database": database}})
    assert summarise(tmp_path) == 1
    first, *table = capsys.readouterr().out.splitlines()
    assert "open findings, 1 acknowledged" in first
    assert any("cfn-lint-W3691" in line for line in table)


def test_advice_is_passed_on_and_does_not_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert summarise(assembly(tmp_path, violation("Annotation::old", "A/B", "warning"))) == 0
    assert capsys.readouterr().out.splitlines() == [
        "gate: 0 open findings, 1 acknowledged, 1 warnings",
        "gate: warning: A/B: must match [a-z] (Annotation::old)",
    ]


def test_no_report_is_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert summarise(tmp_path) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"gate: {tmp_path}/validation-report.json: ")
    assert err.count("\n") == 1
