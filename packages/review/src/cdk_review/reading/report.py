"""Reads what the gate found from the report that every synth writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

PACK = "AwsSolutions"
"""The rule pack that every gate has to run."""
REPORT = "validation-report.json"
"""The file's name in the cloud assembly (aws-cdk-lib, policy validation)."""

# Everything else fails the synth, so a severity that this project does not know counts as open.
ADVICE = frozenset({"warning", "info"})


class ReportError(Exception):
    """There is no report to go by. The message is one line that says how to get one."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that a construct breaks.

    Attributes:
        rule: The rule with its granular part, for instance ``AwsSolutions-IAM5[Action::s3:List*]``.
        where: The construct's path.
        description: The rule in words.
        reason: The evidence why the finding is accepted; None for a finding that is open.
        acknowledged_at: The path of the construct that the acknowledgement stands on; None as above.
    """

    rule: str
    where: str
    description: str
    reason: str | None = None
    acknowledged_at: str | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """All findings of one synth. Only ``open`` ones fail it; ``advice`` is what the CDK itself warns of."""

    open: tuple[Finding, ...]
    acknowledged: tuple[Finding, ...]
    advice: tuple[Finding, ...]


class _Construct(BaseModel):
    path: str = Field(alias="constructPath")


class _Violation(BaseModel):
    rule: str = Field(alias="ruleName")
    description: str
    severity: str
    constructs: list[_Construct] = Field(alias="violatingConstructs")
    reason: str | None = None
    acknowledged_at: str | None = Field(default=None, alias="acknowledgedAt")

    def findings(self) -> Iterator[Finding]:
        for construct in self.constructs:
            yield Finding(
                rule=self.rule,
                where=construct.path,
                description=self.description,
                reason=self.reason,
                acknowledged_at=self.acknowledged_at,
            )


class _Plugin(BaseModel):
    name: str = Field(alias="pluginName")
    violations: list[_Violation]
    suppressed: list[_Violation] = Field(default=[], alias="suppressedViolations")


class _Document(BaseModel):
    plugins: list[_Plugin] = Field(alias="pluginReports")


def read_report(assembly: Path) -> Report:
    """Return the report of the cloud assembly in the folder ``assembly``.

    Raises :class:`ReportError` where there is none, where it cannot be read, and where it is clean without even an
    acknowledged finding of the rule pack: an app without resources, or without the gate, breaks no rule either.
    """
    path = assembly / REPORT
    try:
        document = _Document.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ReportError(f"{path}: {error.strerror}; `make synth` writes it") from None
    except ValidationError as error:
        raise ReportError(f"{path}: not a report ({error.errors()[0]['msg']}); `make synth` writes it anew") from None
    violations = [violation for plugin in document.plugins for violation in plugin.violations]
    suppressed = [violation for plugin in document.plugins for violation in plugin.suppressed]
    failing = [violation for violation in violations if violation.severity not in ADVICE]
    if not failing and PACK not in {plugin.name for plugin in document.plugins}:
        raise ReportError(f"{path}: {PACK} found nothing to judge; the app has to hold resources and call add_gate()")
    return Report(
        open=_findings(failing),
        acknowledged=_findings(suppressed),
        advice=_findings([violation for violation in violations if violation.severity in ADVICE]),
    )


def _findings(violations: list[_Violation]) -> tuple[Finding, ...]:
    return tuple(finding for violation in violations for finding in violation.findings())
