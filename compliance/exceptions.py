"""The rules on exceptions: each is for a finding that is there, beside its resource, for a reason of substance.

CDK ignores in silence an acknowledgement that matches nothing (aws-cdk-lib, Validations.acknowledge). It would lie in
wait for the next finding of its name, which nobody has looked at.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from compliance.names import OWN, PACKS
from compliance.report import REPORT

ACKNOWLEDGED: Final = "aws:cdk:acknowledged-rules"
"""The construct metadata that holds acknowledgements (aws-cdk-lib, Validations.ACKNOWLEDGED_RULES_METADATA_KEY)."""

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


def judge_exceptions(assembly: Path) -> list[str]:
    """Add what is wrong with the acknowledgements of the cloud assembly to its report; return it in lines."""
    path = assembly / REPORT
    if not path.exists():
        return []
    report = json.loads(path.read_text())
    violations = broken_exceptions(assembly, report)
    if violations:
        entry = {"pluginName": f"{OWN} acknowledgements", "conclusion": "failure", "violations": violations}
        report["pluginReports"].append(entry)
        path.write_text(json.dumps(report, indent=2))
    return [
        f"ERROR {violation['violatingConstructs'][0]['constructPath']}: {violation['description']} "
        f"({violation['ruleName']})"
        for violation in violations
    ]


def broken_exceptions(assembly: Path, report: dict[str, Any]) -> list[Violation]:
    """Return what is wrong with the acknowledgements of the cloud assembly, as violations of its ``report``."""
    made = dict(_made(assembly))
    used = {
        (violation["acknowledgedAt"], violation["acknowledgedId"])
        for plugin in report["pluginReports"]
        for violation in plugin.get("suppressedViolations", [])
        if violation["acknowledgedId"].startswith(NAMESPACES)
    }
    stale = [
        _violation(STALE, where, f"{id_} is acknowledged here and is no finding here; remove the acknowledgement")
        for where, id_ in made.keys() - used
    ]
    wide = [
        _violation(
            WIDE,
            where or "the app",
            f"{id_} is acknowledged above every stack; acknowledge it on the resource that it is for",
        )
        for where, id_ in used - made.keys()
    ]
    empty = [
        _violation(REASON, where, f"{id_} is acknowledged without evidence ({reason!r}); {_ASKED}")
        for (where, id_), reason in made.items()
        if not has_substance(reason)
    ]
    return sorted((*stale, *wide, *empty), key=str)


def has_substance(reason: str) -> bool:
    """Whether a reason may be evidence: long enough to be, and without a phrase that takes its place."""
    return len(reason.split()) >= LEAST_WORDS and not EMPTY_PHRASES.search(reason)


def _made(assembly: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """Each acknowledgement of ours in the metadata of a stack: its construct's path, its id, and its reason."""
    for path in sorted(assembly.rglob("*.metadata.json")):
        for construct, entries in json.loads(path.read_text()).items():
            for entry in entries:
                if entry["type"] == ACKNOWLEDGED:
                    for id_, reason in entry["data"].items():
                        if id_.startswith(NAMESPACES):
                            yield (construct.removeprefix("/"), id_), reason


def _violation(rule: str, where: str, description: str) -> Violation:
    return {
        "ruleName": rule,
        "description": description,
        "severity": "error",
        "violatingConstructs": [{"constructPath": where}],
    }
