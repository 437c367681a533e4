"""Findings of the rules at synth, from the CDK's report in the cloud assembly of the synth's artifact."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from codepipeline_page.access import Clients
from codepipeline_page.artifacts import Artifacts
from codepipeline_page.runs import Run, runs_of

REPORT = "validation-report.json"
ADVICE = frozenset({"warning", "info"})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that constructs violate. ``reason`` is the evidence for a suppressed finding, else empty."""

    rule: str
    description: str
    severity: str
    where: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All findings of an execution's synth; ``note`` is the reason if they are unknown."""

    note: str = ""
    artifact: str = ""
    open: tuple[Finding, ...] = ()
    accepted: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()


class _Construct(BaseModel):
    path: str = Field(alias="constructPath")


class _Violation(BaseModel):
    rule: str = Field(alias="ruleName")
    description: str = ""
    severity: str = "error"
    reason: str = ""
    constructs: list[_Construct] = Field(default=[], alias="violatingConstructs")

    def finding(self) -> Finding:
        where = tuple(each.path for each in self.constructs)
        return Finding(
            rule=self.rule, description=self.description, severity=self.severity, where=where, reason=self.reason
        )


class _Plugin(BaseModel):
    violations: list[_Violation] = []
    suppressed: list[_Violation] = Field(default=[], alias="suppressedViolations")


class _Document(BaseModel):
    plugins: list[_Plugin] = Field(alias="pluginReports")


def findings(clients: Clients, pipeline: str, artifacts: Artifacts, execution: str) -> Findings:
    """Return the findings of ``execution``."""
    runs = runs_of(clients("codepipeline"), pipeline, execution)
    delivered = [(name, place) for run in _builds(runs) for name, place in run.outputs.items()]
    if not delivered:
        return Findings(note="No build of this execution has written a cloud assembly; see its log.")
    for name, place in delivered:
        report = artifacts.file(place, REPORT)
        if report is not None:
            return _read(name, report)
    names = ", ".join(name for name, _ in delivered)
    return Findings(note=f"{names} has no {REPORT}: the app runs no rules at synth, or writes no report.")


def _builds(runs: Sequence[Run]) -> list[Run]:
    return [run for run in runs if run.category == "Build"]


def _read(artifact: str, report: bytes) -> Findings:
    try:
        document = _Document.model_validate_json(report)
    except ValidationError as error:
        return Findings(note=f"{REPORT} in {artifact} cannot be read: {error.errors()[0]['msg']}.")
    violations = [each for plugin in document.plugins for each in plugin.violations]
    suppressed = [each for plugin in document.plugins for each in plugin.suppressed]
    return Findings(
        artifact=artifact,
        open=_told(each for each in violations if each.severity not in ADVICE),
        accepted=_told(suppressed),
        advice=_told(each for each in violations if each.severity in ADVICE),
    )


def _told(violations: Any) -> tuple[Finding, ...]:
    return tuple(each.finding() for each in violations)
