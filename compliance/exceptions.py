"""The rules on exceptions: each is for a finding that is there, beside its resource, for a reason of substance.

:mod:`cdk_assembly.staleness` defines which acknowledgements match nothing, for the gate and for the report.
"""

import json
import re
from pathlib import Path
from typing import Any, Final

from cdk_assembly import (
    REPORT,
    Assembly,
    AssemblyError,
    Findings,
    read_assembly,
    read_findings,
    stale_acknowledgements,
    wide_acknowledgements,
)
from compliance.names import OWN, PACKS

NAMESPACES: Final = tuple(f"{name}::" for name in (*PACKS, OWN))
"""How the ids of our acknowledgements begin. The library acknowledges findings of its own validation by itself."""

STALE: Final = f"{OWN}-StaleAcknowledgement"
WIDE: Final = f"{OWN}-WideAcknowledgement"
REASON: Final = f"{OWN}-Reason"

LEAST_WORDS: Final = 10
"""Fewer do not say both why the finding stands and what holds in its place."""

_ASKED: Final = f"say in {LEAST_WORDS} words or more why it stands and what holds in its place"

EMPTY_PHRASES: Final = re.compile(
    r"\b(false positive|not (needed|necessary|required|relevant|applicable)|n/a|todo|tbd|temporary|for now|"
    r"accepted risk|will (be )?fix(ed)?|no impact|suppress(ed)?)\b|\bby design\.?$",
    re.IGNORECASE,
)
"""Phrases that stand for evidence without being any."""

Violation = dict[str, Any]


def judge_exceptions(folder: Path) -> list[str]:
    """Add what is wrong with the acknowledgements of the cloud assembly in ``folder`` to its report.

    Returns it in lines, one per problem. Without a report there is nothing to judge: the app failed before it had one.
    """
    path = folder / REPORT
    if not path.exists():
        return []
    try:
        violations = broken_exceptions(read_assembly(folder), read_findings(folder))
    except AssemblyError as error:
        return [f"ERROR {error}"]
    if violations:
        report = json.loads(path.read_text())
        entry = {"pluginName": f"{OWN} acknowledgements", "conclusion": "failure", "violations": violations}
        report["pluginReports"].append(entry)
        path.write_text(json.dumps(report, indent=2))
    return [
        f"ERROR {violation['violatingConstructs'][0]['constructPath']}: {violation['description']} "
        f"({violation['ruleName']})"
        for violation in violations
    ]


def broken_exceptions(assembly: Assembly, findings: Findings) -> list[Violation]:
    """Return what is wrong with the acknowledgements of ``assembly``, as violations of its report."""
    stale = [
        _violation(STALE, each.at, f"{each.id} is acknowledged here and is no finding here; remove the acknowledgement")
        for each in stale_acknowledgements(assembly, findings)
        if each.id.startswith(NAMESPACES)
    ]
    wide = [
        _violation(
            WIDE,
            at or "the app",
            f"{id_} is acknowledged above every stack; acknowledge it on the resource that it is for",
        )
        for at, id_ in wide_acknowledgements(assembly, findings)
        if id_.startswith(NAMESPACES)
    ]
    empty = [
        _violation(REASON, each.at, f"{each.id} is acknowledged without evidence ({each.reason!r}); {_ASKED}")
        for stack in assembly.stacks.values()
        for each in dict.fromkeys(stack.acknowledgements)
        if each.id.startswith(NAMESPACES) and not has_substance(each.reason)
    ]
    return sorted((*stale, *wide, *empty), key=str)


def has_substance(reason: str) -> bool:
    """Whether a reason may be evidence: long enough to be, and without a phrase that takes its place."""
    return len(reason.split()) >= LEAST_WORDS and not EMPTY_PHRASES.search(reason)


def _violation(rule: str, where: str, description: str) -> Violation:
    return {
        "ruleName": rule,
        "description": description,
        "severity": "error",
        "violatingConstructs": [{"constructPath": where}],
    }
