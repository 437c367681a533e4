"""Machines get the whole report in a form that is written down and versioned."""

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError
from tests.unit.reports import full

from cdk_review.model.findings import Place
from cdk_review.model.report import Report
from cdk_review.schema import FILE, schema
from cdk_review.writing.files import FILES, remove, write


def test_the_schema_that_is_written_down_is_the_one_in_use() -> None:
    assert FILE.read_text() == schema(), "write it again: python -m cdk_review.schema"


@pytest.mark.parametrize("report", [full(), Report(), Report(failure="x")])
def test_a_report_is_as_the_schema_says_and_reads_back_as_it_was(report: Report) -> None:
    written = FILES["report.json"](report)
    jsonschema.validate(json.loads(written), json.loads(FILE.read_text()))
    assert Report.model_validate_json(written) == report
    assert json.loads(written)["version"] == 2
    assert json.loads(written)["verdict"]["exit_code"] == report.verdict.exit_code


def test_a_verdict_that_was_written_by_somebody_else_is_not_believed() -> None:
    document = json.loads(FILES["report.json"](full()))
    document["verdict"] = {"exit_code": 0}
    assert Report.model_validate(document).verdict.exit_code == 1


@pytest.mark.parametrize("change", [{"version": 1}, {"more": 1}, {"findings": [{}]}, {"head": {"commit": "HEAD"}}])
def test_another_form_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Report.model_validate(json.loads(FILES["report.json"](full())) | change)
    with pytest.raises(ValidationError):
        Report.model_validate([])


@pytest.mark.parametrize("file", ["/etc/passwd", "../up.py", "a/../../b.py", "a\\b.py", "", "."])
def test_a_place_is_inside_the_repository(file: str) -> None:
    with pytest.raises(ValidationError, match="a path inside the repository is expected"):
        Place(file=file, line=1)


def test_a_dotted_name_is_no_way_out() -> None:
    assert Place(file="a/..b/c.py", line=1).file == "a/..b/c.py"


def test_all_four_files_are_written_and_removed(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    write(full("\u202e"), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*FILES, "mine.txt"])
    remove(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
