"""The outcome is the verdict's, and a sign-off by content settles it if the base's code owners say so."""

import tempfile
from pathlib import Path

import pytest
from tests.unit.comparing import PROD, STACK, stage_of
from tests.unit.reports import observed

from cdk_review.building import build
from cdk_review.errors import ReviewError
from cdk_review.model.report import Report
from cdk_review.writing.markdown import markdown
from cdk_review.writing.verdict import grouped
from cdk_verdict.gates.trees import Tree
from delivery_testing.assemblies import resource, template

BUCKET = resource(
    "AWS::S3::Bucket", f"{STACK}/Data/Resource", {}, DeletionPolicy="Retain", UpdateReplacePolicy="Retain"
)
OWNED: Tree = {".github/CODEOWNERS": b"* @owner"}
UNKNOWN = resource("Custom::Thing", f"{STACK}/Thing/Default")


def reviewed(folder: Path, sign_offs: str = "", *, owned: bool = True, gone: bool = True) -> Report:
    folder = Path(tempfile.mkdtemp(dir=folder))
    file = folder / "signed-off.yaml"
    file.write_text(sign_offs)
    base = stage_of(folder / "base", template(Data=BUCKET))
    head = stage_of(folder / "head", template() if gone else template(Data=BUCKET, Thing=UNKNOWN))
    trees = (OWNED, OWNED) if owned else None
    return build(base.folder, head.folder, sign_offs=file, source=folder, trees=trees)


def entries(report: Report, *, stage: str = PROD) -> str:
    reason = "The data moved to the archive in February."
    return "".join(
        f"- {{digest: {each.digest}, stages: [{stage}], reason: {reason}}}\n" for each in report.observations
    )


def test_lost_data_is_stopped_with_the_sign_off_to_paste(tmp_path: Path) -> None:
    report = reviewed(tmp_path)
    (observation,) = report.observations
    assert (observation.severity, observation.resource) == ("stopped", f"{STACK}/Data/Resource")
    assert (report.verdict.stopped, report.verdict.unsigned, report.verdict.exit_code) == (1, 1, 1)
    assert observation.digest in markdown(report)


def test_signed_loss_is_clean_and_shows_its_reason(tmp_path: Path) -> None:
    report = reviewed(tmp_path, entries(reviewed(tmp_path)))
    assert (report.verdict.exit_code, report.verdict.unsigned) == (0, 0)
    assert report.stages[0].resources[0].signed_off == "The data moved to the archive in February."
    assert [(each.stale, each.unowned) for each in report.sign_offs] == [(False, False)]


@pytest.mark.parametrize(("stage", "owned"), [("App/Dev", True), (PROD, False)])
def test_sign_off_for_another_stage_or_without_owner_settles_nothing(
    tmp_path: Path, stage: str, *, owned: bool
) -> None:
    report = reviewed(tmp_path, entries(reviewed(tmp_path), stage=stage), owned=owned)
    assert (report.verdict.stopped, report.verdict.exit_code) == (1, 1)
    assert [each.unowned for each in report.sign_offs] == [not owned]


def test_what_nobody_has_classified_needs_a_look(tmp_path: Path) -> None:
    report = reviewed(tmp_path, gone=False)
    assert (report.verdict.exit_code, report.verdict.needs_look) == (3, len(report.observations))
    assert markdown(report).startswith("## 🔎 Needs a look: ")


def test_cdk_nag_has_a_line_also_when_clean() -> None:
    assert "cdk-nag (2 packs): 0 open, 0 new, 0 fixed, 0 acknowledged." in markdown(Report(packs=("A", "B")))


def test_limits_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    base = stage_of(tmp_path / "base", template(Data=BUCKET))
    trees: tuple[Tree, Tree] = ({}, {"access-limits.yaml": b"- limit: only"})
    with pytest.raises(ReviewError, match=r"^access-limits\.yaml: entry 1: "):
        build(base.folder, base.folder, sign_offs=tmp_path / "none.yaml", source=tmp_path, trees=trees)


def test_same_meaning_in_several_stages_is_one_row() -> None:
    observations = tuple(observed("a", stage=stage, sentence=stage) for stage in ("Dev", "Prod"))
    assert [len(group) for group in grouped(observations)] == [2]
    text = markdown(Report(observations=observations))
    assert "The same in 1 more places (<code>Dev</code>, <code>Prod</code>)" in text


def test_first_screen_has_five_rows_and_names_the_rest() -> None:
    observations = tuple(observed(str(number), stage="", type=None) for number in range(7))
    assert "What matters (5 of 7)" in markdown(Report(observations=observations))
