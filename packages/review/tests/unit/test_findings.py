"""A reviewer sees which findings a change brings, which it leaves, which it ends, and which are accepted."""

from pathlib import Path

import pytest

from cdk_review.comparing.findings import compare_findings, fingerprint
from cdk_review.errors import ReviewError
from cdk_review.model.findings import Finding
from cdk_review.reading.assembly import read_assembly
from delivery_testing.assemblies import Written, finding, template

ACCEPTED = {"reason": "Evidence.", "acknowledgedAt": "App"}


def compared(base: Written, head: Written) -> tuple[Finding, ...]:
    return compare_findings(read_assembly(base.folder), read_assembly(head.folder))


def states(findings: tuple[Finding, ...]) -> dict[tuple[str, str], tuple[str, str | None]]:
    return {(item.rule, item.path): (item.state, item.before) for item in findings}


@pytest.fixture
def base(tmp_path: Path) -> Written:
    return Written(tmp_path / "base").stack("App", template())


@pytest.fixture
def head(tmp_path: Path) -> Written:
    return Written(tmp_path / "head").stack("App", template())


def test_each_finding_has_the_state_that_the_change_gives_it(base: Written, head: Written) -> None:
    base.report(
        finding("R-Left", "App/A"),
        finding("R-Gone", "App/A"),
        finding("R-Accepted", "App/A"),
        acknowledged=[finding("R-Known", "App/A", **ACCEPTED), finding("R-Dropped", "App/A", **ACCEPTED)],
    )
    head.report(
        finding("R-Left", "App/A"),
        finding("R-New", "App/A"),
        finding("R-Hint", "App/A", severity="warning"),
        acknowledged=[finding("R-Known", "App/A", **ACCEPTED), finding("R-Accepted", "App/A", **ACCEPTED)],
    )
    found = states(compared(base, head))
    assert found == {
        ("R-New", "App/A"): ("new", None),
        ("R-Left", "App/A"): ("open", "open"),
        ("R-Hint", "App/A"): ("advice", None),
        ("R-Known", "App/A"): ("acknowledged", "acknowledged"),
        ("R-Accepted", "App/A"): ("acknowledged", "open"),
        ("R-Gone", "App/A"): ("fixed", "open"),
        ("R-Dropped", "App/A"): ("fixed", "acknowledged"),
    }


def test_a_finding_that_is_reported_twice_counts_once(base: Written, head: Written) -> None:
    head.report(finding("R", "App/A"), finding("R", "App/A"), finding("R", "App/B"))
    assert [item.path for item in compared(base, head) if item.state == "new"] == ["App/A", "App/B"]


def test_what_is_open_somewhere_is_not_taken_for_acknowledged(base: Written, head: Written) -> None:
    head.report(finding("R", "App/A"), acknowledged=[finding("R", "App/A", **ACCEPTED)])
    assert states(compared(base, head)) == {
        ("R", "App/A"): ("new", None),
        ("AwsSolutions-IAM4", "App/Known/Resource"): ("fixed", "acknowledged"),
    }


def test_an_acknowledgement_that_matches_nothing_is_stale(base: Written, tmp_path: Path) -> None:
    acknowledged = {
        "App": {"AwsSolutions::R[Action::s3:*]": "Evidence.", "AwsSolutions::R-Unused": "Was true."},
        "App/Logs": {"CloudFormation-Validate::F3002": "Nothing tells.", "Unqualified": "Of no pack."},
    }
    head = Written(tmp_path / "head").stack("App", template(), acknowledged=acknowledged)
    head.report(acknowledged=[finding("R[Action::s3:*]", "App/Role/Resource", **ACCEPTED)])
    stale = [item for item in compared(base, head) if item.state == "stale"]
    assert [(item.rule, item.path, item.reason) for item in stale] == [
        ("R-Unused", "App", "Was true."),
        ("Unqualified", "App/Logs", "Of no pack."),
    ]


def test_fingerprints_tell_rules_and_places_apart_and_do_not_change() -> None:
    assert fingerprint("R", "App/A") == "e507a3902a2fcfb267c047d8028cda44e3f761f1fb3ae64506b4454e43415a3c"
    assert len({fingerprint("R", "A"), fingerprint("R", "B"), fingerprint("S", "A")}) == 3


def test_an_assembly_that_nobody_judged_is_not_clean(base: Written, head: Written) -> None:
    (head.folder / "validation-report.json").unlink()
    with pytest.raises(ReviewError, match=r"validation-report\.json: No such file"):
        compared(base, head)
    (head.folder / "validation-report.json").write_text('{"pluginReports": [{"pluginName": "AwsS')
    with pytest.raises(ReviewError, match="not a report"):
        compared(base, head)


def test_report_without_the_rule_pack_is_no_clean_report(base: Written, head: Written) -> None:
    (head.folder / "validation-report.json").write_text('{"pluginReports": []}')
    with pytest.raises(ReviewError, match="AwsSolutions found nothing to judge"):
        compared(base, head)
