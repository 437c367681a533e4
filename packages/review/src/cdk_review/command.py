"""The command that compares two assemblies."""

import sys
from pathlib import Path

import click

from cdk_review.building import build
from cdk_review.making import make
from cdk_verdict.signoff import FILE

FOLDER = click.Path(file_okay=False, path_type=Path)
OUT = click.option("--out", type=FOLDER, default=Path("report"), show_default=True, help="Where the files go.")
SOURCE = click.option(
    "--source", type=FOLDER, default=Path(), show_default=True, help="The tree that HEAD was synthesised from."
)
ACCOUNTS = click.option("--show-accounts", is_flag=True, help="Write account ids as they are.")
SUMMARY = click.option(
    "--summary",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="GITHUB_STEP_SUMMARY",
    help="A file to add the Markdown to.",
)


@click.command()
@click.argument("base", type=FOLDER)
@click.argument("head", type=FOLDER)
@OUT
@SOURCE
@ACCOUNTS
@SUMMARY
@click.option("--sign-offs", type=click.Path(dir_okay=False, path_type=Path), help=f"By default {FILE} of the source.")
def main(
    *,
    base: Path,
    head: Path,
    out: Path,
    source: Path,
    show_accounts: bool,
    summary: Path | None,
    sign_offs: Path | None,
) -> None:
    """Say what the cloud assembly HEAD changes against BASE, as Markdown, HTML, JSON and SARIF.

    Exit codes: 0 clean; 3 needs a look; 1 stopped; 2 the report could not be made.
    """
    agreed = sign_offs or source / FILE
    code = make(
        lambda: build(base, head, sign_offs=agreed, source=source, show_accounts=show_accounts),
        out=out,
        summary=summary,
    )
    sys.exit(code)
