"""Makes the report's files and says what it comes to: the one place where a failure becomes a line and an exit code."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cdk_review.building import sanitised
from cdk_review.errors import ReviewError
from cdk_review.model.report import Report
from cdk_review.plain import visible
from cdk_review.writing.files import remove, write
from cdk_review.writing.markdown import markdown
from cdk_review.writing.words import headline, tally

COULD_NOT_TELL: Final = 2
MOST_LINES: Final = 20


def make(build: Callable[[], Report], *, out: Path, summary: Path | None) -> int:
    """Build the report, write its files into ``out``, add the Markdown to ``summary``; return the exit code.

    A report that can't be made says so in the files as well, and is never green.
    """
    try:
        remove(out)
        report = build()
    except ReviewError as error:
        report = sanitised(Report(failure=str(error)))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not end with the exit code of a finding
        report = sanitised(Report(failure=f"unexpected: {type(error).__name__}: {error}"))
    try:
        write(report, out)
        if summary is not None:
            with summary.open("a", encoding="utf-8") as file:
                file.write(markdown(report))
    except OSError as error:
        sys.stderr.write(f"review: {error.filename}: {error.strerror}\n")
        return COULD_NOT_TELL
    _say(report, out)
    return report.verdict.exit_code


def _say(report: Report, out: Path) -> None:
    if report.failure is not None:
        sys.stderr.write(f"review: could not tell: {report.failure}\n")
        return
    sys.stdout.write(f"review: {headline(report)}\nreview: {tally(report)}\n")
    lines = [
        *(f"{item.path}: {item.description} ({item.rule})" for item in (*report.of("new"), *report.of("open"))),
        *(f"{resource.path} would be {resource.change} in {stage.address}" for stage, resource in report.unsigned),
        *(f"{each.severity}: {each.sentence} {each.todo}" for each in report.unsettled),
        *(f"{entry.digest}: the sign-off is stale; remove it" for entry in report.sign_offs if entry.stale),
    ]
    for line in lines[:MOST_LINES]:
        sys.stdout.write(f"review: {visible(line)}\n")
    sys.stdout.write(f"review: the report is in {out}\n")
