"""The report as SARIF 2.1.0 for code scanning: what fails the review, at the lines that build it.

Acknowledged findings are left out, since GitHub opens an alert for a suppressed result as for any other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_review.comparing.findings import fingerprint
from cdk_review.model.findings import Finding, Place
from cdk_review.model.report import Report
from cdk_review.source.places import ENTRY
from cdk_verdict.signoff import FILE

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
DESTRUCTION: Final = "Review-Destruction"
STALE_SIGN_OFF: Final = "Review-StaleSignOff"
STALE_ACKNOWLEDGEMENT: Final = "Review-StaleAcknowledgement"
OWN_RULES: Final[Mapping[str, str]] = {
    DESTRUCTION: f"A stage that retains its data would lose some; {FILE} says who agrees to that.",
    STALE_SIGN_OFF: f"An entry of {FILE} agrees to a change that is not there; remove it.",
    STALE_ACKNOWLEDGEMENT: "An acknowledgement matches no finding; remove it.",
}
SEVERITIES: Final = {"error": "8.0", "warning": "3.0"}
"""GitHub's ``security-severity``: high, and low."""


@dataclass(frozen=True, kw_only=True)
class _Result:
    rule: str
    description: str
    level: str
    message: str
    path: str
    place: Place | None
    fingerprint: str
    baseline: str


def sarif(report: Report) -> str:
    """``report`` as a SARIF log with one run, as JSON."""
    results = list(_results(report))
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "review", "rules": list(_rules(results))}},
        "automationDetails": {"id": "review/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report)],
        "results": [_result(result) for result in results],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def _invocation(report: Report) -> Mapping[str, Any]:
    if report.failure is None:
        return {"executionSuccessful": True}
    notification = {"level": "error", "message": {"text": report.failure}}
    return {"executionSuccessful": False, "toolExecutionNotifications": [notification]}


def _results(report: Report) -> Iterator[_Result]:
    for finding in report.findings:
        if finding.state in {"new", "open"}:
            yield _found(finding, rule=finding.rule.partition("[")[0], level="error", description=finding.description)
        elif finding.state == "stale":
            description = OWN_RULES[STALE_ACKNOWLEDGEMENT]
            yield _found(finding, rule=STALE_ACKNOWLEDGEMENT, level="warning", description=description)
    for stage, resource in report.unsigned:
        yield _Result(
            rule=DESTRUCTION,
            description=OWN_RULES[DESTRUCTION],
            level="error",
            message=f"{resource.type} {resource.path} in {stage.address} would be {resource.change}.",
            path=resource.path,
            place=resource.place,
            fingerprint=fingerprint(DESTRUCTION, resource.path),
            baseline="new",
        )
    for entry in report.sign_offs:
        if entry.stale:
            yield _Result(
                rule=STALE_SIGN_OFF,
                description=OWN_RULES[STALE_SIGN_OFF],
                level="error",
                message=f"{entry.digest} is signed off, and every stage that it names runs it.",
                path=entry.digest,
                place=Place(file=FILE, line=1),
                fingerprint=fingerprint(STALE_SIGN_OFF, entry.digest),
                baseline="new",
            )


def _found(finding: Finding, *, rule: str, level: str, description: str) -> _Result:
    return _Result(
        rule=rule,
        description=description,
        level=level,
        message=f"{finding.path}: {finding.rule}: {description or 'the rule is broken'}",
        path=finding.path,
        place=finding.place,
        fingerprint=finding.fingerprint,
        baseline="unchanged" if finding.state == "open" else "new",
    )


def _rules(results: Iterable[_Result]) -> Iterator[Mapping[str, Any]]:
    """Each rule that has a result, once."""
    for result in {result.rule: result for result in results}.values():
        text = result.description or result.rule
        yield {
            "id": result.rule,
            "name": result.rule,
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": text},
            "defaultConfiguration": {"level": result.level},
            "properties": {"tags": ["security"], "security-severity": SEVERITIES[result.level]},
        }


def _result(result: _Result) -> Mapping[str, Any]:
    place = result.place or Place(file=ENTRY, line=1)
    return {
        "ruleId": result.rule,
        "level": result.level,
        "baselineState": result.baseline,
        "message": {"text": result.message},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": place.file, "uriBaseId": "SRCROOT"},
                    "region": {"startLine": place.line},
                },
                "logicalLocations": [{"fullyQualifiedName": result.path, "kind": "resource"}],
            }
        ],
        # GitHub matches alerts by the first name alone, and would otherwise fill it in from the line's text.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{result.fingerprint}:1",
            "ruleAndPath/v1": result.fingerprint,
        },
    }
