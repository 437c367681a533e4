from pathlib import Path
from typing import Any

import pytest
from assembly_samples import manifest, stack, staged, write

from cdk_assembly import (
    AssemblyError,
    read_assembly,
    read_findings,
    stale_acknowledgements,
    wide_acknowledgements,
)

WHERE = {"constructPath": "Shop/Prod/Data/Bucket"}


def violation(**fields: Any) -> dict[str, Any]:
    return {"ruleName": "Pack-S1", "description": "no logs", "violatingConstructs": [WHERE], **fields}


def report(folder: Path, *, violations: list[Any] | None = None, suppressed: list[Any] | None = None) -> Path:
    plugin = {"pluginName": "Pack", "violations": violations or [], "suppressedViolations": suppressed or []}
    return write(folder, {"validation-report.json": {"pluginReports": [plugin]}})


def test_findings_are_open_acknowledged_or_advice(tmp_path: Path) -> None:
    report(
        tmp_path,
        violations=[violation(), violation(severity="warning"), violation(severity="novel")],
        suppressed=[violation(acknowledgedId="Pack::Pack-S1", acknowledgedAt="Shop", reason="because")],
    )
    found = read_findings(tmp_path)
    assert [each.severity for each in found.open] == ["error", "novel"]
    assert [(each.rule, each.acknowledged_id, each.reason) for each in found.acknowledged] == [
        ("Pack-S1", "Pack::Pack-S1", "because")
    ]
    assert [each.path for each in found.advice] == ["Shop/Prod/Data/Bucket"]
    assert found.packs == ("Pack",)


def test_finding_without_construct_names_template_and_logical_id(tmp_path: Path) -> None:
    place = {"cloudFormationResource": {"templatePath": "s.json", "logicalId": "Bucket"}}
    report(tmp_path, violations=[violation(violatingConstructs=[place])])
    assert read_findings(tmp_path).open[0].path == "s.json/Bucket"


@pytest.mark.parametrize("document", [{}, {"pluginReports": 3}, {"pluginReports": [{"pluginName": "Pack"}]}])
def test_damaged_report_is_one_line(tmp_path: Path, document: dict[str, Any]) -> None:
    write(tmp_path, {"validation-report.json": document})
    with pytest.raises(AssemblyError, match=r"validation-report.json: not a report \(.*\); run `cdk synth` again"):
        read_findings(tmp_path)


def test_missing_report_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="No such file"):
        read_findings(tmp_path)


def test_acknowledgement_without_a_finding_is_stale(tmp_path: Path) -> None:
    staged(tmp_path)
    report(tmp_path)
    stale = stale_acknowledgements(read_assembly(tmp_path), read_findings(tmp_path))
    assert [(each.at, each.id) for each in stale] == [("Shop/Prod/Data/Bucket", "Pack::Pack-S1")]


def test_acknowledgement_with_its_finding_is_not_stale(tmp_path: Path) -> None:
    staged(tmp_path)
    used = violation(acknowledgedId="Pack::Pack-S1", acknowledgedAt="Shop/Prod/Data/Bucket", reason="because")
    report(tmp_path, suppressed=[used])
    assembly, findings = read_assembly(tmp_path), read_findings(tmp_path)
    assert stale_acknowledgements(assembly, findings) == ()
    assert wide_acknowledgements(assembly, findings) == ()


def test_acknowledgement_of_an_unreported_pack_is_never_stale(tmp_path: Path) -> None:
    entry = {"type": "aws:cdk:acknowledged-rules", "data": {"CloudFormation-Validate::E1": "because"}}
    write(tmp_path, {"manifest.json": manifest({"S": stack("s.json", metadata={"/S": [entry]})}), "s.json": {}})
    report(tmp_path)
    assert stale_acknowledgements(read_assembly(tmp_path), read_findings(tmp_path)) == ()


def test_acknowledgement_above_every_stack_is_wide(tmp_path: Path) -> None:
    staged(tmp_path)
    report(tmp_path, suppressed=[violation(acknowledgedId="Pack::Pack-S1", acknowledgedAt="", reason="because")])
    assert wide_acknowledgements(read_assembly(tmp_path), read_findings(tmp_path)) == (("", "Pack::Pack-S1"),)
