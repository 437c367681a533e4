"""What the comment says."""

from typing import Final

from cdk_review.building import sanitised
from cdk_review.comment.event import Event
from cdk_review.model.report import Report
from cdk_review.writing.escaping import codes
from cdk_review.writing.markdown import LIMIT, markdown

MARKER: Final = "<!-- review of what this change would do -->"
SUCCESS: Final = "success"
"""What GitHub calls the conclusion of a run in which every step passed."""


def body(report: Report, event: Event, *, edited: list[str]) -> str:
    """The comment for ``report``, with the marker that finds it again. ``edited``: files that make the report."""
    run = event.workflow_run
    top = "\n".join([MARKER, *_notices(report, event, edited), ""])
    bottom = f"\n<sub>for commit {run.head_sha}</sub>\n"
    rest = LIMIT - len(top.encode()) - len(bottom.encode())
    text = markdown(sanitised(report), limit=rest, whole=f"[in the run's artifact]({run.html_url}#artifacts)")
    return f"{top}{text}{bottom}"


def _notices(report: Report, event: Event, edited: list[str]) -> list[str]:
    run = event.workflow_run
    notices = []
    if edited:
        notices.append(
            f"> [!WARNING]\n> This change edits what makes this report ({codes(tuple(edited), most=5)}), so the report "
            "is the change's own word. Read those files first.\n"
        )
    if run.conclusion != SUCCESS and report.verdict.exit_code == 0:
        notices.append(f"> [!IMPORTANT]\n> The report is clean and [the run]({run.html_url}) failed elsewhere.\n")
    if run.conclusion == SUCCESS and report.verdict.exit_code != 0:
        notices.append(f"> [!WARNING]\n> [The run]({run.html_url}) passed although the report is not clean.\n")
    return notices
