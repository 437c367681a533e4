"""What of an app no rehearsal runs, said before anything is started: each by its name and its construct's path.

The engine refuses the same and more when the pipeline is deployed; there, a person has waited for a bootstrap.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rehearsal.driver.assembly import PIPELINE, Assembly
from rehearsal.engine.definition import ActionType
from rehearsal.engine.providers import RULES
from rehearsal.errors import RehearsalError

STAGE = frozenset({"Name", "Actions", "OnFailure"})
ON_FAILURE = frozenset({"Result", "RetryConfiguration"})


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
    yield from (f"{name}: OnFailure.{member}" for member in sorted(stage.get("OnFailure", {}).keys() - ON_FAILURE))
    for action in stage["Actions"]:
        kind = ActionType.model_validate({key.lower(): str(value) for key, value in action["ActionTypeId"].items()})
        if kind not in RULES:
            known = ", ".join(sorted({each.provider for each in RULES}))
            yield (
                f"{name}, action {action['Name']}: {kind.category} by {kind.owner}'s {kind.provider} "
                f"version {kind.version}; it runs {known}"
            )


def _images(assembly: Assembly) -> Iterator[str]:
    for manifest in sorted(assembly.root.rglob("*.assets.json")):
        for asset in json.loads(manifest.read_text()).get("dockerImages", {}).values():
            name = asset.get("displayName") or asset.get("source", {}).get("directory", "without a name")
            yield f"{manifest.name.removesuffix('.assets.json')}: container image {name}, since no engine builds it"
