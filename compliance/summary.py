"""Says what the gate and cfn-lint found, in one line or in a table."""

import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from cdk_assembly import AssemblyError, Finding
from compliance.cache import WITHOUT_CACHE, AnswerCache
from compliance.lint import lint_templates
from compliance.report import read_report

# Construct paths are long, and a build's log is no terminal: nothing is folded or cut there.
LOG_WIDTH = 240


def summarise(assembly: Path, *, cache: AnswerCache = WITHOUT_CACHE) -> int:
    """Print what the gate and cfn-lint found in the cloud assembly at ``assembly``; return the exit code.

    0: nothing is open. 1: findings are open; a table on stdout lists them. 2: there is no report to go by.
    """
    try:
        report = read_report(assembly)
        found = (*report.open, *lint_templates(assembly, cache=cache))
    except AssemblyError as error:
        sys.stderr.write(f"gate: {error}\n")
        return 2
    counted = f"{len(found)} open findings, {len(report.acknowledged)} acknowledged"
    advice = f", {len(report.advice)} warnings" if report.advice else ""
    sys.stdout.write(f"gate: {counted}{advice}\n")
    for finding in report.advice:
        sys.stdout.write(f"gate: warning: {finding.path}: {finding.description} ({finding.rule})\n")
    if not found:
        return 0
    # Rules and patterns hold square brackets, which rich would take for its markup.
    console = Console(markup=False, width=None if sys.stdout.isatty() else LOG_WIDTH)
    console.print(_table(found))
    return 1


def _table(findings: tuple[Finding, ...]) -> Table:
    table = Table("Rule", "Where", "What", title="Open findings", title_justify="left", show_lines=True)
    for finding in findings:
        table.add_row(finding.rule, finding.path, finding.description)
    return table
