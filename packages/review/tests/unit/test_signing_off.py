"""A destructive change passes only with a reviewed reason, and a reason that is no longer needed is an error."""

from pathlib import Path

import pytest
from tests.unit.comparing import PROD, STACK, stage_of

from cdk_review.building import build
from cdk_review.comparing.signing import read_entries
from cdk_review.errors import ReviewError
from cdk_review.model.report import Report
from delivery_testing.assemblies import resource, template

BUCKET = resource(
    "AWS::S3::Bucket", f"{STACK}/Data/Resource", {}, DeletionPolicy="Retain", UpdateReplacePolicy="Retain"
)
REASON = "The data moved to the archive in February."


def entry(*, stage: str = PROD, resource: str = f"{STACK}/Data/Resource", reason: str = REASON) -> str:
    return f"- stage: {stage}\n  resource: {resource}\n  reason: {reason}\n"


def reviewed(folder: Path, sign_offs: str, *, after: bool = False) -> Report:
    file = folder / "signed-off.yaml"
    file.write_text(sign_offs)
    base = stage_of(folder / "base", template(Data=BUCKET))
    head = stage_of(folder / "head", template(**({"Data": BUCKET} if after else {})))
    return build(base.folder, head.folder, sign_offs=file, source=folder)


def test_without_an_entry_the_review_fails(tmp_path: Path) -> None:
    report = reviewed(tmp_path, "[]")
    assert [item.path for _, item in report.unsigned] == [f"{STACK}/Data/Resource"]
    assert (report.verdict.unsigned, report.verdict.exit_code) == (1, 1)


def test_with_an_entry_it_passes_and_shows_the_reason(tmp_path: Path) -> None:
    report = reviewed(tmp_path, entry())
    assert report.verdict.exit_code == 0
    assert report.stages[0].resources[0].signed_off == REASON
    assert [item.stale for item in report.sign_offs] == [False]


@pytest.mark.parametrize("other", [{"stage": "App/Dev"}, {"resource": f"{STACK}/Other/Resource"}])
def test_an_entry_for_something_else_neither_passes_nor_stays(tmp_path: Path, other: dict[str, str]) -> None:
    verdict = reviewed(tmp_path, entry(**other)).verdict
    assert (verdict.unsigned, verdict.stale_sign_offs, verdict.exit_code) == (1, 1, 1)


def test_an_entry_that_no_longer_applies_fails_the_review(tmp_path: Path) -> None:
    report = reviewed(tmp_path, entry(), after=True)
    assert [item.stale for item in report.sign_offs] == [True]
    assert (report.verdict.unsigned, report.verdict.stale_sign_offs, report.verdict.exit_code) == (0, 1, 1)


def test_no_file_agrees_to_nothing(tmp_path: Path) -> None:
    assert read_entries(tmp_path / "none.yaml") == ()
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    assert read_entries(tmp_path / "empty.yaml") == ()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("stage: x", "the file: "),
        ("- 1", "0: "),
        ("- stage: A\n  resource: B\n", "0.reason: Field required; an entry has a stage, a resource and a reason"),
        (entry(reason="agreed"), "0.reason: String should have at least 20 characters"),
        (entry(stage='" "'), "0.stage: String should have at least 1 character"),
        (f"{entry()}  until: 2031\n", "0.until: Extra inputs are not permitted"),
        (entry() + entry(), "has two entries; one is enough"),
        ("- [", "can't be read"),
        ("- !!python/object:os.system {}", "can't be read"),
        ("\x00", "can't be read"),
    ],
)
def test_a_file_that_is_wrong_is_one_clear_line(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "signed-off.yaml"
    file.write_text(content)
    with pytest.raises(ReviewError) as raised:
        read_entries(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
