"""Every comparison of two file trees."""

from collections.abc import Iterator

from cdk_verdict.gates.dependencies import compare_dependencies
from cdk_verdict.gates.owners import compare_owners
from cdk_verdict.gates.scripts import compare_scripts
from cdk_verdict.gates.settings import compare_settings
from cdk_verdict.gates.sources import GATES, compare_sources
from cdk_verdict.gates.trees import Tree
from cdk_verdict.gates.workflows import compare_workflows
from cdk_verdict.model import Observation


def compare_trees(base: Tree, head: Tree, *, gates: tuple[str, ...] = GATES) -> Iterator[Observation]:
    """Yield which controls over changes head weakens. ``gates`` are patterns of the files that are a gate."""
    yield from compare_workflows(base, head)
    yield from compare_owners(base, head)
    yield from compare_scripts(base, head)
    yield from compare_dependencies(base, head)
    yield from compare_settings(base, head)
    yield from compare_sources(base, head, gates=gates)
