"""What of an app no rehearsal runs, said before anything is started: each by its name and its construct's path.

The engine refuses the same and more when the pipeline is deployed; there, a person has waited for a bootstrap.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cdk_rehearsal.driver.assembly import PIPELINE, Assembly
from cdk_rehearsal.engine.definition import ActionType
from cdk_rehearsal.engine.providers import CONDITION_RULES, RULES
from cdk_rehearsal.errors import RehearsalError

STAGE = frozenset({"Name", "Actions", "BeforeEntry", "OnSuccess", "OnFailure"})
CONDITIONS = ("BeforeEntry", "OnSuccess", "OnFailure")


def refuse_unsupported(assembly: Assembly) -> None:
    """Raise a :class:`RehearsalError` with a line for each action, stage member and asset that cannot be run."""
    lines = [*_pipelines(assembly), *_images(assembly)]
    if lines:
        raise RehearsalError("a rehearsal does not run\n  " + "\n  ".join(lines))


def _pipelines(assembly: Assembly) -> Iterator[str]:
    stack = assembly.pipeline().stack
    for logical_id, resource in assembly.template(stack)["Resources"].items():
        if resource["Type"] == PIPELINE:
            path = resource.get("Metadata", {}).get("aws:cdk:path", f"{stack.name}/{logical_id}")
            for stage in resource["Properties"]["Stages"]:
                yield from (f"{path}: stage {what}" for what in _stage(stage))


def _stage(stage: Mapping[str, Any]) -> Iterator[str]:
    name = stage["Name"]
    yield from (f"{name}: {member}" for member in sorted(stage.keys() - STAGE))
    for action in stage["Actions"]:
        yield from _unknown(f"{name}, action {action['Name']}", action["ActionTypeId"], RULES)
    for member in CONDITIONS:
        for condition in stage.get(member, {}).get("Conditions", []):
            for rule in condition.get("Rules", []):
                kind = {"Owner": "AWS", "Version": "1", **rule["RuleTypeId"]}
                yield from _unknown(f"{name}, {member} rule {rule['Name']}", kind, CONDITION_RULES)


def _unknown(what: str, type_id: Mapping[str, Any], rules: Collection[ActionType]) -> Iterator[str]:
    kind = ActionType.model_validate({key.lower(): str(value) for key, value in type_id.items()})
    if kind not in rules:
        known = ", ".join(sorted({each.provider for each in rules}))
        yield f"{what}: {kind.category} by {kind.owner}'s {kind.provider} version {kind.version}; it runs {known}"


def _images(assembly: Assembly) -> Iterator[str]:
    for manifest in sorted(assembly.root.rglob("*.assets.json")):
        for asset in json.loads(manifest.read_text()).get("dockerImages", {}).values():
            name = asset.get("displayName") or asset.get("source", {}).get("directory", "without a name")
            yield f"{manifest.name.removesuffix('.assets.json')}: container image {name}, since no engine builds it"
