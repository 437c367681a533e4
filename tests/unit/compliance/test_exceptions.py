"""Exceptions are for findings that are there, beside their resource, with evidence."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_assembly import read_assembly, read_findings
from compliance.acknowledgements import acknowledge
from compliance.exceptions import REASON, STALE, WIDE, broken_exceptions, has_substance, judge_exceptions
from compliance.report import read_report
from tests.unit.compliance.assemblies import write_stage

ID = "AwsSolutions::AwsSolutions-S1"
EVIDENCE = "The bucket receives access logs itself; logging it to itself would never come to an end."


def assembly(folder: Path, *made: tuple[str, str, str], used: tuple[tuple[str, str], ...] = ()) -> Path:
    entries: dict[str, list[Any]] = {}
    for where, id_, reason in made:
        entries.setdefault(f"/{where}", []).append({"type": "aws:cdk:acknowledged-rules", "data": {id_: reason}})
        entries[f"/{where}"].append({"type": "aws:cdk:path", "data": where})
    write_stage(folder, metadata=entries)
    suppressed = [
        {
            "ruleName": id_.split("::")[1],
            "description": "",
            "severity": "error",
            "violatingConstructs": [{"constructPath": f"{where}/Resource"}],
            "acknowledgedAt": where,
            "acknowledgedId": id_,
            "reason": EVIDENCE,
        }
        for where, id_ in used
    ]
    report = {"pluginReports": [{"pluginName": "AwsSolutions", "violations": [], "suppressedViolations": suppressed}]}
    (folder / "validation-report.json").write_text(json.dumps(report))
    return folder


def broken(folder: Path) -> list[dict[str, Any]]:
    return broken_exceptions(read_assembly(folder), read_findings(folder))


def found(folder: Path) -> list[tuple[str, str]]:
    return [(v["ruleName"], v["violatingConstructs"][0]["constructPath"]) for v in broken(folder)]


def test_an_acknowledgement_that_is_used_and_argued_is_fine(tmp_path: Path) -> None:
    assembly(tmp_path, ("Dev/Data/Logs", ID, EVIDENCE), used=(("Dev/Data/Logs", ID),))
    assert broken(tmp_path) == []


def test_one_that_matches_nothing_is_stale_where_it_stands(tmp_path: Path) -> None:
    assembly(
        tmp_path, ("Dev/Data/Logs", ID, EVIDENCE), ("Prod/Data/Logs", ID, EVIDENCE), used=(("Prod/Data/Logs", ID),)
    )
    assert found(tmp_path) == [(STALE, "Dev/Data/Logs")]


def test_one_above_every_stack_is_too_wide(tmp_path: Path) -> None:
    assert found(assembly(tmp_path, used=(("", ID),))) == [(WIDE, "the app")]


def test_one_without_evidence_is_refused(tmp_path: Path) -> None:
    assembly(tmp_path, ("Dev/Data/Logs", ID, "we know"), used=(("Dev/Data/Logs", ID),))
    assert found(tmp_path) == [(REASON, "Dev/Data/Logs")]


def test_what_the_library_acknowledges_of_its_own_validation_is_its_own_affair(tmp_path: Path) -> None:
    other = "CloudFormation-Validate::F3002"
    assembly(tmp_path, ("Dev/Data/FlowLog", other, "lib"), used=(("Prod", other),))
    assert broken(tmp_path) == []


def test_what_is_wrong_stands_in_the_report_and_in_lines_that_name_construct_and_id(tmp_path: Path) -> None:
    assembly(tmp_path, ("Dev/Data/Logs", ID, EVIDENCE), used=(("Prod/Data/Logs", ID),))
    lines = judge_exceptions(tmp_path)
    stale, wide = lines
    assert stale.startswith(f"ERROR Dev/Data/Logs: {ID} is acknowledged here and is no finding here")
    assert stale.endswith(f"({STALE})")
    assert wide.startswith("ERROR Prod/Data/Logs: ")
    assert [(finding.rule, finding.path) for finding in read_report(tmp_path).open] == [
        (STALE, "Dev/Data/Logs"),
        (WIDE, "Prod/Data/Logs"),
    ]


def test_files_of_a_stage_that_was_removed_are_ignored(tmp_path: Path) -> None:
    assembly(tmp_path, ("Dev/Data/Logs", ID, EVIDENCE))
    (tmp_path / "assembly-Dev").rename(tmp_path / "assembly-Staging")
    assembly(tmp_path)
    assert found(tmp_path) == []


def test_assembly_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    assembly(tmp_path)
    (tmp_path / "manifest.json").unlink()
    (line,) = judge_exceptions(tmp_path)
    assert line.startswith(f"ERROR {tmp_path}/manifest.json: ")


def test_an_app_that_came_to_no_report_is_judged_by_what_stopped_it(tmp_path: Path) -> None:
    assert judge_exceptions(tmp_path) == []


@pytest.mark.parametrize(
    "reason",
    [
        "",
        "We know about this one.",
        "This is a false positive, as anybody can see who looks at it for long enough.",
        "Encryption is not needed here, since nobody will ever write anything of value to it, we think.",
        "TODO: find out what this rule is about and then fix it or say why it stays.",
        "The bucket is as it is, for reasons that everybody on the team knows well, by design.",
    ],
)
def test_excuses_are_no_evidence(reason: str) -> None:
    assert not has_substance(reason)
    assert has_substance(EVIDENCE)


def test_a_finding_of_no_pack_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"^finding 'S1' belongs to no rule pack; allowed: AwsSolutions, NIST"):
        acknowledge(None, finding="S1", reason=EVIDENCE)  # type: ignore[arg-type] # it does not come to that
