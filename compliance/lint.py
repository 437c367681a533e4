"""cfn-lint over every template: what CloudFormation would refuse, or soon will."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from compliance.cache import WITHOUT_CACHE, AnswerCache, file_digest, installed
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


def lint_templates(assembly: Path, *, cache: AnswerCache = WITHOUT_CACHE) -> tuple[Finding, ...]:
    """Return what cfn-lint finds in the templates of every stack in the cloud assembly at ``assembly``.

    A template that ``cache`` has an answer for is not linted again.
    """
    # cfn-lint reads its settings from these, and they may name further files: no question could hold all of it.
    settings = [path for folder in (Path.home(), Path.cwd()) for path in folder.glob(".cfnlintrc*")]
    trusted = WITHOUT_CACHE if settings else cache
    return tuple(finding for template, region in _stacks(assembly) for finding in _lint(template, region, trusted))


def _stacks(assembly: Path) -> Iterator[tuple[Path, str]]:
    for manifest in sorted(assembly.rglob("manifest.json")):
        for artifact in json.loads(manifest.read_text()).get("artifacts", {}).values():
            if artifact["type"] == "aws:cloudformation:stack":
                region = artifact["environment"].rsplit("/", 1)[-1]
                yield manifest.parent / artifact["properties"]["templateFile"], region


def _lint(path: Path, region: str, cache: AnswerCache) -> Iterator[Finding]:
    text = path.read_text()
    question = {"linter": installed("cfn-lint"), "region": region, "template": file_digest(path)}
    matches = cache.get(question)
    if matches is None:
        matches = _matches(text, region)
        cache.put(question, matches)
    resources = json.loads(text).get("Resources", {})
    for match in matches:
        settled = SETTLED.get(match["rule"])
        if settled is None or not match["message"].startswith(settled):
            where = _construct(resources, match["path"]) or path.name
            yield Finding(rule=f"cfn-lint-{match['rule']}", where=where, description=match["message"])


def _matches(text: str, region: str) -> list[dict[str, Any]]:
    """Return what cfn-lint finds in a template: rule, message, and path within the template."""
    # A second, which only those who ask for it have to wait.
    from cfnlint.api import lint  # noqa: PLC0415
    from cfnlint.config import ManualArgs  # noqa: PLC0415

    config = ManualArgs() if region == ANY_REGION else ManualArgs(regions=[region])
    return [
        {"rule": match.rule.id, "message": match.message, "path": [str(step) for step in match.path]}
        for match in lint(text, config=config)
    ]


def _construct(resources: Mapping[str, Any], path: Iterable[Any]) -> str | None:
    """Return the path of the construct that a match is about, where it is about a resource."""
    section, id_, *_ = (*path, None, None)
    found: str | None = resources.get(str(id_), {}).get("Metadata", {}).get("aws:cdk:path")
    return found if section == "Resources" else None
