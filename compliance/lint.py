"""cfn-lint over every template: what CloudFormation would reject, or soon will."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cdk_assembly import Finding, Stack, read_assembly
from compliance.cache import WITHOUT_CACHE, AnswerCache, digest, installed

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


def lint_templates(assembly: Path, *, cache: AnswerCache = WITHOUT_CACHE) -> tuple[Finding, ...]:
    """Return what cfn-lint finds in the templates of every stack in the cloud assembly at ``assembly``.

    A template that ``cache`` has an answer for is not linted again. Raises :class:`~cdk_assembly.AssemblyError` if the
    assembly cannot be read.
    """
    # cfn-lint reads its settings from these, and they may name further files: no question could hold all of it.
    settings = [path for folder in (Path.home(), Path.cwd()) for path in folder.glob(".cfnlintrc*")]
    trusted = WITHOUT_CACHE if settings else cache
    return tuple(finding for stack in read_assembly(assembly).stacks.values() for finding in _lint(stack, trusted))


def _lint(stack: Stack, cache: AnswerCache) -> Iterator[Finding]:
    question = {"linter": installed("cfn-lint"), "region": stack.region, "template": digest(stack.template)}
    matches = cache.get(question)
    if matches is None:
        matches = _matches(stack)
        cache.put(question, matches)
    for match in matches:
        settled = SETTLED.get(match["rule"])
        if settled is None or not match["message"].startswith(settled):
            section, id_ = (*match["path"], "", "")[:2]
            resource = stack.resources.get(id_) if section == "Resources" else None
            yield Finding(
                pack=NAME,
                rule=f"{NAME}-{match['rule']}",
                path=resource.path if resource else stack.path,
                description=match["message"],
                severity=match["severity"],
            )


def _matches(stack: Stack) -> list[dict[str, Any]]:
    """Return what cfn-lint finds in a template: rule, message, severity, and path within the template."""
    # A second, which only those who ask for it have to wait.
    from cfnlint.api import lint  # noqa: PLC0415
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    config = ManualArgs() if stack.region == ANY_REGION else ManualArgs(regions=[stack.region])
    return [
        {
            "rule": match.rule.id,
            "message": match.message,
            "severity": match.rule.severity,
            "path": [str(step) for step in match.path or ()],
        }
        for match in lint(json.dumps(stack.template), config=config)
    ]
