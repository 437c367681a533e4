"""Builds the report from two assemblies."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cdk_review.comparing.access import compare_access
from cdk_review.comparing.assets import compare_assets
from cdk_review.comparing.engine import compare
from cdk_review.comparing.findings import compare_findings
from cdk_review.comparing.guards import compare_guards
from cdk_review.comparing.pairs import pairs
from cdk_review.comparing.pipelines import compare_pipelines
from cdk_review.comparing.resources import compare_stages
from cdk_review.comparing.values import asset_names
from cdk_review.judging import judge_change, signed
from cdk_review.model.report import Report, Revision
from cdk_review.plain import accounts_named, mapped, visible
from cdk_review.reading.assembly import read_assembly
from cdk_review.reading.model import Assembly
from cdk_review.source.located import Where
from cdk_verdict.gates.trees import Tree


def build(
    base: Path,
    head: Path,
    *,
    sign_offs: Path,
    source: Path,
    base_commit: str | None = None,
    head_commit: str | None = None,
    trees: tuple[Tree, Tree] | None = None,
    show_accounts: bool = False,
) -> Report:
    """Compare the assembly in ``head`` with the one in ``base``.

    ``sign_offs`` is the file of agreements, ``source`` the tree that the head was synthesized from, and ``trees`` the
    repository's files in base and head, without which gates are not judged.

    Account ids become ``account-1`` and so on unless ``show_accounts``.

    Raises :class:`~cdk_review.errors.ReviewError` where the report can't be made.
    """
    before, after = read_assembly(base), read_assembly(head)
    found = tuple(pairs(before, after))
    # Node takes most of the time, and this process has its own work meanwhile.
    with ThreadPoolExecutor(max_workers=1) as aside:
        comparing = aside.submit(compare, {pair.stack.address: pair.templates for pair in found})
        where = Where(source)
        findings = where.findings(compare_findings(before, after))
        judged = judge_change(base, head, sign_offs=sign_offs, trees=trees)
        guards, pipelines, assets = compare_guards(found), compare_pipelines(found), compare_assets(before, after)
        comparison = comparing.result()
    stages = compare_stages(found, comparison, named=asset_names(before, after))
    report = Report(
        base=Revision(commit=base_commit),
        head=Revision(commit=head_commit),
        findings=findings,
        stages=where.stages(signed(stages, judged.observations)),
        access=compare_access(found, comparison),
        guards=guards,
        pipelines=pipelines,
        assets=assets,
        packs=judged.packs,
        observations=judged.observations,
        sign_offs=judged.sign_offs,
    )
    return sanitised(report, accounts=() if show_accounts else tuple(_accounts(before, after)), mask=not show_accounts)


def sanitised(report: Report, *, accounts: tuple[str, ...] = (), mask: bool = True) -> Report:
    """``report`` with nothing in it that a reader can't see, and, where ``mask``, with names for account ids."""
    document = mapped(report.model_dump(exclude={"verdict"}), visible)
    commits = document["base"], document["head"]
    if mask:
        document = mapped(document, accounts_named(accounts))
    document["base"], document["head"] = commits
    return Report.model_validate(document)


def _accounts(*assemblies: Assembly) -> Iterator[str]:
    for assembly in reversed(assemblies):
        for stack in assembly.stacks.values():
            yield stack.environment.removeprefix("aws://").partition("/")[0]
