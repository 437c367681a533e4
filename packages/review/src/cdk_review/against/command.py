"""The command behind ``make report``."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from cdk_review.against.kept import CACHE, base_assembly
from cdk_review.against.repository import Repository
from cdk_review.against.synthesis import synthesise
from cdk_review.building import build
from cdk_review.command import ACCOUNTS, OUT, SOURCE, SUMMARY
from cdk_review.making import make
from cdk_review.model.report import Report
from cdk_verdict.gates.trees import read_commit
from cdk_verdict.signoff import FILE


@click.command()
@click.argument("ref")
@OUT
@SOURCE
@ACCOUNTS
@SUMMARY
def main(*, ref: str, out: Path, source: Path, show_accounts: bool, summary: Path | None) -> None:
    """Say what the work tree changes against the commit where it branched off from REF, for instance origin/main.

    Both are synthesised with their own `make synth`. Exit codes as for two assemblies.
    """
    root = source.resolve()
    sys.exit(
        make(lambda: _review(ref, root=root, environ=os.environ, show_accounts=show_accounts), out=out, summary=summary)
    )


def _review(ref: str, *, root: Path, environ: Mapping[str, str], show_accounts: bool) -> Report:
    repository = Repository(root)
    commit = repository.merge_base(ref)
    cache = Path(environ.get(CACHE) or root / ".cache").absolute()
    base = base_assembly(commit, repository=repository, cache=cache, environ=environ)
    head = synthesise(root, environ, what="The work tree")
    return build(
        base,
        head,
        sign_offs=root / FILE,
        source=root,
        base_commit=commit,
        head_commit=repository.head(),
        trees=(read_commit(root, commit), repository.tree()),
        show_accounts=show_accounts,
    )
