"""``cdk-verdict``: judge a change to a CDK app from the assemblies of its base and its head."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from cdk_assembly import AssemblyError, read_assembly
from cdk_verdict.encoding import to_document
from cdk_verdict.errors import VerdictError
from cdk_verdict.gates.trees import read_folder
from cdk_verdict.judging import judge_assemblies
from cdk_verdict.model import Outcome, Verdict

MISUSE = 2
TITLES = {Outcome.CLEAN: "clean", Outcome.NEEDS_LOOK: "needs a look", Outcome.STOPPED: "stopped"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the verdict; return 0 if it is clean, 3 if it needs a look, 1 if it is stopped, 2 for misuse."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if (asked.base_tree is None) != (asked.head_tree is None):
        parser.error("--base-tree and --head-tree belong together; give both")
    try:
        base, head = read_assembly(asked.base), read_assembly(asked.head)
        trees = [None if folder is None else read_folder(folder) for folder in (asked.base_tree, asked.head_tree)]
        verdict = judge_assemblies(base, head, base_tree=trees[0], head_tree=trees[1])
    except (AssemblyError, VerdictError) as error:
        sys.stderr.write(f"cdk-verdict: {error}\n")
        return MISUSE
    if asked.json:
        sys.stdout.write(json.dumps(to_document(verdict), indent=2) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(verdict))
    return verdict.outcome.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cdk-verdict",
        description="Judge what a change to a CDK app loses, weakens, or opens.",
        epilog="Exit code: 0 clean, 3 needs a look, 1 stopped, 2 misuse.",
    )
    parser.add_argument("base", type=Path, help="cloud assembly (cdk.out) of the state before")
    parser.add_argument("head", type=Path, help="cloud assembly of the state after")
    parser.add_argument("--base-tree", type=Path, metavar="DIR", help="the repository's files before")
    parser.add_argument("--head-tree", type=Path, metavar="DIR", help="the repository's files after")
    parser.add_argument("--json", action="store_true", help="print JSON (verdict-1.schema.json)")
    return parser


def _lines(verdict: Verdict) -> Iterable[str]:
    yield f"verdict: {TITLES[verdict.outcome]}"
    for each in verdict.observations:
        yield f"{TITLES[each.severity]}: {each.sentence}"
        yield f"    {each.todo}"
