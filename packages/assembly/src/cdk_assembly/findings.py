"""Reads what policy validation found from the report that every synth writes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdk_assembly.documents import AGAIN, read_object
from cdk_assembly.errors import AssemblyError

REPORT: Final = "validation-report.json"
"""The file's name in the cloud assembly (aws-cdk-lib, policy validation)."""

ADVICE: Final = frozenset({"warning", "info"})
"""Severities that do not fail a synth. One that this package does not know counts as open."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A rule that a construct breaks.

    Attributes:
        pack: The plugin that found it, for instance ``AwsSolutions``.
        rule: The rule with its granular part, for instance ``AwsSolutions-IAM5[Action::s3:List*]``.
        path: The construct's path.
        description: The rule in words.
        severity: As the pack has it.
        acknowledged_id: The id that the acknowledgement names; None for an open finding.
        acknowledged_at: The path of the construct that carries the acknowledgement; None likewise.
        reason: The acknowledgement's evidence; None likewise.
    """

    pack: str
    rule: str
    path: str
    description: str
    severity: str
    acknowledged_id: str | None = None
    acknowledged_at: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Findings:
    """All findings of one synth.

    Attributes:
        packs: The plugins that the report names. A plugin without a finding, acknowledged or not, is left out.
        open: Those that fail the synth.
        acknowledged: Those that an acknowledgement suppresses.
        advice: What the CDK itself warns of.
    """

    packs: tuple[str, ...]
    open: tuple[Finding, ...]
    acknowledged: tuple[Finding, ...]
    advice: tuple[Finding, ...]


def read_findings(folder: Path) -> Findings:
    """Return the findings in the report of the assembly in ``folder``.

    Raises :class:`AssemblyError` if there is no report, or if it cannot be read.
    """
    path = folder / REPORT
    document = read_object(path)
    try:
        plugins = list(document["pluginReports"])
        violations = [finding for plugin in plugins for finding in _findings(plugin, plugin["violations"])]
        acknowledged = [
            finding for plugin in plugins for finding in _findings(plugin, plugin.get("suppressedViolations", ()))
        ]
        packs = tuple(str(plugin["pluginName"]) for plugin in plugins)
    except (KeyError, TypeError, AttributeError) as error:
        raise AssemblyError(f"{path}: not a report ({error!r}); {AGAIN}") from None
    return Findings(
        packs=packs,
        open=tuple(finding for finding in violations if finding.severity not in ADVICE),
        acknowledged=tuple(acknowledged),
        advice=tuple(finding for finding in violations if finding.severity in ADVICE),
    )


def _findings(plugin: Mapping[str, Any], violations: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    for violation in violations:
        for construct in violation["violatingConstructs"]:
            yield Finding(
                pack=str(plugin["pluginName"]),
                rule=str(violation["ruleName"]),
                path=_place(construct),
                description=str(violation["description"]),
                severity=str(violation.get("severity", "error")),
                acknowledged_id=violation.get("acknowledgedId"),
                acknowledged_at=violation.get("acknowledgedAt"),
                reason=violation.get("reason"),
            )


def _place(construct: Mapping[str, Any]) -> str:
    """The construct's path; the template and logical ID where a plugin names those alone."""
    if "constructPath" in construct:
        return str(construct["constructPath"])
    resource = construct["cloudFormationResource"]
    return f"{resource['templatePath']}/{resource['logicalId']}"
