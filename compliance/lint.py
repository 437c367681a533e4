"""cfn-lint over every template: what CloudFormation would refuse, or soon will."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from compliance.report import Finding

SETTLED: Final[Mapping[str, str]] = {
    # aws-cdk-lib writes a dependency on what a property refers to anyway; CloudFormation orders both alike.
    "W3005": "",
    # The text of I1022, a matter of style, under the id of the schema that cfn-lint met it in.
    "E3703": "Prefer using Fn::Sub over Fn::Join with an empty delimiter",
}
"""What is no finding here: the rule, and how its message begins."""

ANY_REGION: Final = "unknown-region"
"""What the assembly says of a stack that is for no region in particular; cfn-lint then takes its own default."""


def lint_templates(assembly: Path) -> tuple[Finding, ...]:
    """Return what cfn-lint finds in the templates of every stack in the cloud assembly at ``assembly``."""
    return tuple(finding for template, region in _stacks(assembly) for finding in _lint(template, region))


def _stacks(assembly: Path) -> Iterator[tuple[Path, str]]:
    for manifest in sorted(assembly.rglob("manifest.json")):
        for artifact in json.loads(manifest.read_text()).get("artifacts", {}).values():
            if artifact["type"] == "aws:cloudformation:stack":
                region = artifact["environment"].rsplit("/", 1)[-1]
                yield manifest.parent / artifact["properties"]["templateFile"], region


def _lint(path: Path, region: str) -> Iterator[Finding]:
    # A second, which only those who ask for it have to wait.
    from cfnlint.api import lint  # noqa: PLC0415
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    text = path.read_text()
    resources = json.loads(text).get("Resources", {})
    config = ManualArgs() if region == ANY_REGION else ManualArgs(regions=[region])
    for match in lint(text, config=config):
        settled = SETTLED.get(match.rule.id)
        if settled is None or not match.message.startswith(settled):
            where = _construct(resources, match.path) or path.name
            yield Finding(rule=f"cfn-lint-{match.rule.id}", where=where, description=match.message)


def _construct(resources: Mapping[str, Any], path: Iterable[Any]) -> str | None:
    """Return the path of the construct that a match is about, where it is about a resource."""
    section, id_, *_ = (*path, None, None)
    found: str | None = resources.get(str(id_), {}).get("Metadata", {}).get("aws:cdk:path")
    return found if section == "Resources" else None
