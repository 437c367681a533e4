"""cfn-lint over every template: what CloudFormation would reject, or soon will."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from cdk_assembly import Finding, Stack, read_assembly

NAME: Final = "cfn-lint"

SETTLED: Final[Mapping[str, str]] = {
    # aws-cdk-lib writes a dependency on what a property refers to anyway; CloudFormation orders both alike.
    "W3005": "",
    # The text of I1022, a matter of style, under the id of the schema that cfn-lint met it in.
    "E3703": "Prefer using Fn::Sub over Fn::Join with an empty delimiter",
}
"""What is no finding here: the rule, and how its message begins."""

ANY_REGION: Final = "unknown-region"
"""The Region of a stack that is for no Region in particular; cfn-lint then uses its own default."""


def lint_templates(assembly: Path) -> tuple[Finding, ...]:
    """Return what cfn-lint finds in the templates of every stack in the cloud assembly at ``assembly``.

    Raises :class:`~cdk_assembly.AssemblyError` if the assembly cannot be read.
    """
    return tuple(finding for stack in read_assembly(assembly).stacks.values() for finding in _lint(stack))


def _lint(stack: Stack) -> Iterator[Finding]:
    # A second, which only those who ask for it have to wait.
    from cfnlint.api import lint  # noqa: PLC0415
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    config = ManualArgs() if stack.region == ANY_REGION else ManualArgs(regions=[stack.region])
    for match in lint(json.dumps(stack.template), config=config):
        settled = SETTLED.get(match.rule.id)
        if settled is None or not match.message.startswith(settled):
            section, id_, *_ = [*map(str, match.path or ()), "", ""]
            resource = stack.resources.get(id_) if section == "Resources" else None
            yield Finding(
                pack=NAME,
                rule=f"{NAME}-{match.rule.id}",
                path=resource.path if resource else stack.path,
                description=match.message,
                severity=match.rule.severity,
            )
