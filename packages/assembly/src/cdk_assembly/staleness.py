"""Decides which acknowledgements are stale.

The CDK ignores an acknowledgement that matches nothing (aws-cdk-lib, ``Validations.acknowledge``). It would suppress
the next finding of its name, which nobody has looked at.
"""

from collections.abc import Iterable
from typing import Final

from cdk_assembly.findings import Findings
from cdk_assembly.model import Acknowledgement, Assembly

UNREPORTED: Final = ("CloudFormation-Validate::",)
"""Packs whose acknowledged findings the report leaves out, so that nothing tells whether one matched."""


def stale_acknowledgements(assembly: Assembly, findings: Findings) -> tuple[Acknowledgement, ...]:
    """Return the acknowledgements of ``assembly`` that match no finding.

    One definition: an acknowledgement is stale if no acknowledged finding names its construct and its id. Those of
    :data:`UNREPORTED` packs are never stale, because nothing tells.
    """
    used = {(finding.acknowledged_at, finding.acknowledged_id) for finding in findings.acknowledged}
    return tuple(
        each for each in distinct(assembly) if not each.id.startswith(UNREPORTED) and (each.at, each.id) not in used
    )


def wide_acknowledgements(assembly: Assembly, findings: Findings) -> tuple[tuple[str, str], ...]:
    """Return place and id of each acknowledgement that stands above every stack, so that no stack's metadata has it."""
    made = {(each.at, each.id) for each in distinct(assembly)}
    used = {
        (finding.acknowledged_at or "", finding.acknowledged_id or finding.rule) for finding in findings.acknowledged
    }
    return tuple(sorted(used - made))


def distinct(assembly: Assembly) -> Iterable[Acknowledgement]:
    """Return the acknowledgements of ``assembly``, each once."""
    return dict.fromkeys(each for stack in assembly.stacks.values() for each in stack.acknowledgements)
