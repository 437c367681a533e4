"""The report's own words. None of them comes from what is reported on."""

from collections.abc import Mapping, Sequence
from typing import Final

from cdk_review.model.deployment import Change, Resource
from cdk_review.model.findings import State
from cdk_review.model.report import Report
from cdk_review.model.security import Access

ACCESS: Final[Mapping[str, tuple[str, str]]] = {
    "allows": ("may", "on"),
    "denies no longer": ("is no longer denied", "on"),
    "attaches": ("gets the managed policy", ""),
    "lets in": ("can reach", "of"),
    "lets out": ("can be reached over", "from"),
    "unknown": ("gets a statement that is only known when it is deployed:", ""),
}
"""The words between who, what and on."""

LOSS: Final[Mapping[Change, str]] = {
    "removed": "It is deleted, and its data with it.",
    "left behind": "It stays in AWS outside of the stack, and nothing of the stack uses its data any more.",
    "replaced": "A new and empty one takes its place.",
    "perhaps replaced": "A new and empty one may take its place; that is known when it is deployed.",
    "changed": "What kept its data on removal or replacement no longer does.",
    "added": "",
}
"""What a destructive change means for the data."""

ORDER: Final[tuple[Change, ...]] = ("removed", "left behind", "replaced", "perhaps replaced", "changed", "added")
"""Changes of a resource, the gravest first."""


def counted(number: int, noun: str) -> str:
    """A number with its noun, for instance ``2 findings``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def headline(report: Report) -> str:
    """The verdict in one line."""
    verdict = report.verdict
    if verdict.exit_code == 2:  # noqa: PLR2004 - the exit code as it is documented
        return "❔ Could not tell"
    wrong = [
        counted(verdict.new, "new finding") if verdict.new else "",
        counted(verdict.open, "finding") + " still open" if verdict.open else "",
        counted(verdict.unsigned, "destructive change") + " not signed off" if verdict.unsigned else "",
        f"{verdict.stopped} stopped" if verdict.stopped else "",
        f"{verdict.needs_look} to look at" if verdict.needs_look else "",
        counted(verdict.stale_sign_offs, "stale sign-off") if verdict.stale_sign_offs else "",
    ]
    said = ", ".join(part for part in wrong if part)
    if verdict.exit_code == 0:
        return "✅ Clean"
    return f"❌ Stopped: {said}" if verdict.exit_code == 1 else f"🔎 Needs a look: {said}"


def nag(report: Report) -> str:
    """cdk-nag's line: the packs and how many findings there are in each state, also if there is none."""
    states: tuple[State, ...] = ("open", "new", "fixed", "acknowledged")
    return f"cdk-nag ({counted(len(report.packs), 'pack')}): " + ", ".join(
        f"{len(report.of(state))} {state}" for state in states
    )


def tally(report: Report) -> str:
    """What else there is, in one line; empty where there is nothing."""
    resources = [resource for stage in report.stages for resource in stage.resources]
    stale = len(report.of("stale"))
    parts = [
        *(f"{len(found)} {change}" for change in ORDER if (found := _changed(resources, change))),
        f"{counted(len(report.access), 'wider permission')}" if report.access else "",
        f"{counted(len(report.guards), 'protection')} taken away" if report.guards else "",
        "pipeline changed" if report.pipelines else "",
        f"{counted(len(report.assets), 'asset')} changed" if report.assets else "",
        f"{counted(len(report.of('fixed')), 'finding')} gone" if report.of("fixed") else "",
        f"{counted(len(report.of('acknowledged')), 'finding')} acknowledged" if report.of("acknowledged") else "",
        f"{counted(stale, 'stale acknowledgement')}" if stale else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"Also: {said}." if said else "Nothing else changes."


def _changed(resources: Sequence[Resource], change: Change) -> list[Resource]:
    return [resource for resource in resources if resource.change == change]


def ordered(resources: Sequence[Resource]) -> list[Resource]:
    """The gravest first: what loses data, then what holds data, then by the change."""
    return sorted(resources, key=lambda item: (not item.destructive, not item.stateful, ORDER.index(item.change)))


def access_order(access: Sequence[Access]) -> list[Access]:
    """What is open to everyone first."""
    return sorted(access, key=lambda item: not item.everyone)
