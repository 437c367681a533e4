"""Writes the report's four files."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cdk_review.model.report import Report
from cdk_review.writing.markdown import markdown
from cdk_review.writing.page import page
from cdk_review.writing.sarif import sarif

FILES: Final[Mapping[str, Callable[[Report], str]]] = {
    "report.md": markdown,
    "report.json": lambda report: report.model_dump_json(indent=1),
    "report.sarif": sarif,
    "report.html": page,
}


def write(report: Report, folder: Path) -> None:
    """Write all four into ``folder``, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_text(content(report), encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove the files of an earlier report, so that none is taken for the one that could not be made."""
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
