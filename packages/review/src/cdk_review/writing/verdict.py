"""The verdict as the reader's first screen, and the sign-offs that settle it."""

from collections.abc import Iterator

from cdk_review.model.judged import Observation
from cdk_review.model.report import Report
from cdk_review.writing.escaping import code, codes
from cdk_review.writing.section import Section

MOST = 5
"""Sentences on the first screen."""


def verdict_sections(report: Report) -> Iterator[Section]:
    """What matters, each thing once, and every observation with the sign-off that settles it."""
    groups = list(grouped(report.unsettled))
    more = len(groups) - MOST
    yield Section(
        rank=0,
        title=f"What matters ({MOST} of {len(groups)})" if more > 0 else "What matters",
        columns=("Verdict", "What", "What to do"),
        rows=tuple(_row(group) for group in groups[:MOST]),
    )
    yield Section(
        rank=2,
        title="Every observation, with its sign-off",
        columns=("What", "Witness", "To sign off, in signed-off.yaml"),
        rows=tuple((code(each.sentence), codes(each.witness), _sign_off(each)) for each in report.unsettled),
        folded=True,
    )


def grouped(observations: tuple[Observation, ...]) -> Iterator[list[Observation]]:
    """Group the observations that mean the same for resources of one type, the worst first, over all stages."""
    groups: dict[tuple[object, ...], list[Observation]] = {}
    for each in observations:
        key = (each.severity, each.kind, each.type, each.meaning, each.location if each.type else each.sentence)
        groups.setdefault(key, []).append(each)
    yield from groups.values()


def _row(group: list[Observation]) -> tuple[str, ...]:
    first = group[0]
    stages = tuple(dict.fromkeys(each.stage for each in group if each.stage))
    also = f" The same in {len(group) - 1} more places" if group[1:] else ""
    where = f" ({codes(stages)})" if also and stages else ""
    return f"**{first.severity}**", f"{code(first.sentence)}{also}{where}", code(first.todo)


def _sign_off(each: Observation) -> str:
    stages = f"[{each.stage}]" if each.stage else "[]"
    return code(f"- {{digest: {each.digest}, stages: {stages}, reason: ...}}")
