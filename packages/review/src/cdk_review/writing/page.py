"""The report as one HTML page that needs nothing else: it can be searched, printed and kept."""

import base64
import hashlib
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cdk_review.model.report import Report
from cdk_review.writing.words import ACCESS, LOSS, access_order, headline, ordered, tally

FOLDER: Final = Path(__file__).with_name("page")


def page(report: Report) -> str:
    """``report`` as HTML. Its policy allows the page's own script and style, and nothing from anywhere else."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script, style = ((FOLDER / name).read_text(encoding="utf-8") for name in ("page.js", "page.css"))
    return environment.get_template("page.html.jinja").render(
        report=report,
        headline=headline(report),
        tally=tally(report),
        words=ACCESS,
        loss=LOSS,
        access=access_order(report.access),
        resources={stage.address: ordered(stage.resources) for stage in report.stages},
        script=script,
        style=style,
        policy=f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'",
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
