"""Findings that head accepts and base did not, and packs that no longer report."""

from collections.abc import Iterator
from typing import Final

from cdk_assembly import Assembly, AssemblyError, Findings, read_findings, stale_acknowledgements
from cdk_verdict.model import Kind, Observation, Outcome

SELF: Final = ("Acknowledgement", "-Reason")
"""How ids of rules on acknowledgements themselves end."""


def compare_acknowledgements(base: Assembly, head: Assembly) -> Iterator[Observation]:
    """Yield new acknowledgements, stale ones, and packs that are gone."""
    old = {(each.at, each.id): each.reason for stack in base.stacks.values() for each in stack.acknowledgements}
    seen: set[tuple[str, str]] = set()
    for stack in head.stacks.values():
        for each in stack.acknowledgements:
            key = (each.at, each.id)
            if old.get(key) == each.reason or key in seen:
                continue
            seen.add(key)
            itself = each.id.partition("[")[0].endswith(SELF)
            wide = each.at in head.stacks or each.at == stack.stage
            about = (
                ", which is about acknowledgements themselves" if itself else " for everything in it" if wide else ""
            )
            yield Observation(
                kind=Kind.GATE,
                severity=Outcome.STOPPED if itself or wide else Outcome.NEEDS_LOOK,
                stage=stack.stage,
                stack=stack.path,
                sentence=f"{each.at} {'still accepts' if key in old else 'accepts'} the finding {each.id}"
                f"{about}"
                f"{', for another reason' if key in old else ''}: {each.reason}",
                todo="Mend the finding; or check that the reason is evidence, and sign the acknowledgement off.",
                before=old.get(key),
                after=each.reason,
                meaning="acknowledgement",
                location=f"{each.at} {each.id}",
            )
    yield from _packs(base, head)


def _packs(base: Assembly, head: Assembly) -> Iterator[Observation]:
    old, new = _findings(base), _findings(head)
    if old is None:
        return  # an app without validation has none to lose
    if new is None:
        yield _gate("Policy validation no longer writes a report", before="validation-report.json")
        return
    for pack in old.packs:
        if pack not in new.packs:
            yield _gate(f"The rule pack {pack} no longer reports anything, not even what is acknowledged", before=pack)
    known = {(each.rule, each.path) for each in old.open}
    for finding in new.open:
        if (finding.rule, finding.path) not in known:
            yield _gate(f"{finding.path} breaks the rule {finding.rule}: {finding.description}", after=finding.rule)
    for each in stale_acknowledgements(head, new):
        yield _gate(f"{each.at} accepts {each.id}, which is no finding", after=f"{each.at} {each.id}")


def _findings(assembly: Assembly) -> Findings | None:
    try:
        return read_findings(assembly.folder)
    except AssemblyError:
        return None


def _gate(sentence: str, *, before: str | None = None, after: str | None = None) -> Observation:
    return Observation(
        kind=Kind.GATE,
        severity=Outcome.STOPPED,
        sentence=f"{sentence}.",
        todo="Mend what breaks the rule, and keep every pack.",
        before=before,
        after=after,
        meaning="rules",
        location=before or after or "",
    )
