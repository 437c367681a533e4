"""Which findings are new, open, fixed, acknowledged and stale."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cdk_review.errors import ReviewError
from cdk_review.model.findings import Finding, State
from cdk_review.reading import report as gate
from cdk_review.reading.model import Acknowledgement, Assembly

Key = tuple[str, str]

UNJUDGED = "CloudFormation-Validate::"
"""The CDK's own validation. It leaves what is acknowledged out of the report, so nothing tells whether it matched."""


def compare_findings(base: Assembly, head: Assembly) -> tuple[Finding, ...]:
    """Compare what the gate found in both assemblies, in the order of importance.

    Raises :class:`~cdk_review.errors.ReviewError` where an assembly has no report to go by.
    """
    old, new = _read(base.folder), _read(head.folder)
    was_open, was_acknowledged = _keyed(old.open), _keyed(old.acknowledged)
    is_open, is_acknowledged, advice = _keyed(new.open), _keyed(new.acknowledged), _keyed(new.advice)

    def found(state: State, key: Key, finding: gate.Finding) -> Finding:
        return Finding(
            state=state,
            rule=finding.rule,
            path=finding.where,
            description=finding.description,
            before="open" if key in was_open else "acknowledged" if key in was_acknowledged else None,
            reason=finding.reason,
            acknowledged_at=finding.acknowledged_at,
            fingerprint=fingerprint(finding.rule, finding.where),
        )

    gone = {
        key: item for key, item in {**was_acknowledged, **was_open}.items() if key not in {**is_open, **is_acknowledged}
    }
    return (
        *(found("new", key, item) for key, item in is_open.items() if key not in was_open),
        *(found("open", key, item) for key, item in is_open.items() if key in was_open),
        *_stale(head, new.acknowledged),
        *(found("advice", key, item) for key, item in advice.items()),
        *(found("acknowledged", key, item) for key, item in is_acknowledged.items() if key not in is_open),
        *(found("fixed", key, item) for key, item in gone.items()),
    )


def fingerprint(rule: str, path: str) -> str:
    """What stays the same for one rule at one construct, whatever the commit and the source line."""
    return hashlib.sha256(f"{rule}\n{path}".encode()).hexdigest()


def _read(folder: Path) -> gate.Report:
    try:
        return gate.read_report(folder)
    except gate.ReportError as error:
        raise ReviewError(str(error)) from None


def _keyed(findings: Iterable[gate.Finding]) -> Mapping[Key, gate.Finding]:
    return {(finding.rule, finding.where): finding for finding in findings}


def _stale(head: Assembly, acknowledged: Iterable[gate.Finding]) -> Iterator[Finding]:
    """The acknowledgements that match nothing. Rules are unqualified in the report and qualified in the source."""
    used = {(finding.acknowledged_at, finding.rule) for finding in acknowledged}
    for entry in _distinct(head):
        rule = entry.id.partition("::")[2] or entry.id
        if not entry.id.startswith(UNJUDGED) and (entry.at, rule) not in used:
            yield Finding(
                state="stale",
                rule=rule,
                path=entry.at,
                description="This acknowledgement matches no finding; it can be removed.",
                reason=entry.reason,
                acknowledged_at=entry.at,
                fingerprint=fingerprint(f"stale {rule}", entry.at),
            )


def _distinct(assembly: Assembly) -> Iterable[Acknowledgement]:
    return dict.fromkeys(entry for stack in assembly.stacks.values() for entry in stack.acknowledgements)
