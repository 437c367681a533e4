"""The report tells what is open from what is acknowledged, and is never read as clean when nothing was judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_assembly import AssemblyError, Finding
from compliance.report import read_report


def violation(rule: str, *paths: str, severity: str = "error", **more: str) -> dict[str, Any]:
    constructs = [{"constructPath": path} for path in paths]
    return {
        "ruleName": rule,
        "description": f"about {rule}",
        "severity": severity,
        "violatingConstructs": constructs,
    } | more


def written(folder: Path, *plugins: dict[str, Any]) -> Path:
    (folder / "validation-report.json").write_text(json.dumps({"pluginReports": plugins}))
    return folder


def pack(*violations: dict[str, Any], name: str = "AwsSolutions", **more: Any) -> dict[str, Any]:
    return {"pluginName": name, "conclusion": "success", "violations": violations} | more


def test_every_construct_that_breaks_a_rule_is_a_finding(tmp_path: Path) -> None:
    folder = written(tmp_path, pack(violation("S1", "A/B", "A/C")), pack(violation("F1", "A"), name="CloudFormation"))
    assert read_report(folder).open == (
        Finding(rule="S1", path="A/B", description="about S1", pack="AwsSolutions", severity="error"),
        Finding(rule="S1", path="A/C", description="about S1", pack="AwsSolutions", severity="error"),
        Finding(rule="F1", path="A", description="about F1", pack="CloudFormation", severity="error"),
    )


def test_an_acknowledged_finding_keeps_its_reason_and_its_place(tmp_path: Path) -> None:
    suppressed = violation("S1", "A/B/Resource", reason="evidence", acknowledgedAt="A/B")
    report = read_report(written(tmp_path, pack(suppressedViolations=[suppressed])))
    (finding,) = report.acknowledged
    assert (finding.rule, finding.path) == ("S1", "A/B/Resource")
    assert (finding.reason, finding.acknowledged_at) == ("evidence", "A/B")
    assert report.open == ()


@pytest.mark.parametrize("severity", ["warning", "info"])
def test_advice_of_the_cdk_is_not_open(tmp_path: Path, severity: str) -> None:
    report = read_report(written(tmp_path, pack(violation("W", "A", severity=severity))))
    assert ([finding.rule for finding in report.advice], report.open) == (["W"], ())


@pytest.mark.parametrize("severity", ["error", "fatal", "high", ""])
def test_any_other_severity_is_open(tmp_path: Path, severity: str) -> None:
    report = read_report(written(tmp_path, pack(violation("S1", "A", severity=severity))))
    assert ([finding.rule for finding in report.open], report.advice) == (["S1"], ())


def test_a_report_without_the_gate_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, pack(name="CloudFormation"))
    with pytest.raises(
        AssemblyError, match=r"AwsSolutions found nothing to judge; the app has to hold resources and call add_gate"
    ):
        read_report(folder)


def test_no_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        AssemblyError, match=r"validation-report\.json: No such file or directory; run `cdk synth` first$"
    ):
        read_report(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pluginReports": [{"pluginName": "AwsSolutions"}]}', "\xff"])
def test_an_unreadable_report_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "validation-report.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(AssemblyError, match=r"validation-report\.json: not .*; run `cdk synth` again$"):
        read_report(tmp_path)
