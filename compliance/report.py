"""Reads what the gate found, and rejects a report that proves nothing."""

from pathlib import Path

from cdk_assembly import REPORT, AssemblyError, Findings, read_findings
from compliance.names import PACK


def read_report(assembly: Path) -> Findings:
    """Return the findings in the report of the cloud assembly in the folder ``assembly``.

    Raises :class:`~cdk_assembly.AssemblyError` if there is no report, if it cannot be read, and if it is clean without
    even an acknowledged finding of the rule pack: an app without resources, or without the gate, breaks no rule either.
    """
    found = read_findings(assembly)
    if not found.open and PACK not in found.packs:
        raise AssemblyError(
            f"{assembly / REPORT}: {PACK} found nothing to judge; the app has to hold resources and call add_gate()"
        )
    return found
