"""The report as GitHub's Markdown, never longer than a comment may be."""

from collections.abc import Mapping, Sequence
from typing import Final

from cdk_review.model.report import Report
from cdk_review.writing.escaping import code
from cdk_review.writing.section import Section
from cdk_review.writing.sections import sections
from cdk_review.writing.words import headline, nag, tally

LIMIT: Final = 65_536
"""What GitHub takes in a comment, in characters; counted in bytes here, which are never fewer."""


def markdown(report: Report, *, limit: int = LIMIT, whole: str = "report.html") -> str:
    """``report`` in at most ``limit`` bytes of UTF-8.

    Where it is longer, rows go, from the least important part up, and each part says how many. ``whole`` is where the
    rest is: an address that this project made, or a file's name.
    """
    top = _top(report, whole)
    found = list(sections(report))
    kept = {place: len(section.rows) for place, section in enumerate(found)}
    text = top + _body(found, kept, whole)
    for place in sorted(kept, key=lambda place: (-found[place].rank, -place)):
        excess = len(text.encode()) - limit
        while excess > 0 and kept[place] > 0:
            kept[place] -= _rows_of(found[place].rows[: kept[place]], excess)
            text = top + _body(found, kept, whole)
            excess = len(text.encode()) - limit
    return text


def _rows_of(rows: Sequence[tuple[str, ...]], excess: int) -> int:
    """How many of the last rows make up ``excess`` bytes; at least one."""
    number = 0
    while number < len(rows) and excess > 0:
        number += 1
        excess -= len(_row(rows[-number]).encode())
    return number


def _top(report: Report, whole: str) -> str:
    lines = [f"## {headline(report)}", ""]
    if report.failure is not None:
        lines += ["The report could not be made, so nothing is known of this change:", "", code(report.failure), ""]
        return "\n".join(lines)
    base, head = (f"<code>{side.commit[:8]}</code>" if side.commit else "" for side in (report.base, report.head))
    if base and head:
        lines += [f"What {head} would do, compared with {base}.", ""]
    return "\n".join([*lines, f"{nag(report)}.", "", f"{tally(report)} The whole report: {whole}", ""])


def _body(found: Sequence[Section], kept: Mapping[int, int], whole: str) -> str:
    return "".join(_section(section, kept[place], whole) for place, section in enumerate(found))


def _section(section: Section, kept: int, whole: str) -> str:
    missing = len(section.rows) - kept
    more = f"\n{missing} more in {whole}\n" if missing else ""
    if not kept:
        return f"\n**{section.title}**\n{more}"
    table = [
        _row(section.columns),
        f"|{' --- |' * len(section.columns)}\n",
        *(_row(row) for row in section.rows[:kept]),
    ]
    content = f"{section.intro}{''.join(table)}{more}"
    if section.closed:
        return f"\n<details><summary><b>{section.title}</b></summary>\n\n{content}\n</details>\n"
    return f"\n### {section.title}\n\n{content}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
