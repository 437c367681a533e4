"""Pipelines in templates: approvals, steps, their order, and where the source comes from."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from cdk_assembly import Assembly
from cdk_verdict.diffing import leaves
from cdk_verdict.model import Kind, Observation, Outcome, shown
from cdk_verdict.pairs import Both, pairs

PIPELINE: Final = "AWS::CodePipeline::Pipeline"
GENERATED: Final = frozenset({"_PROJECT_CONFIG_HASH"})
"""Variables that CDK Pipelines computes from a project, so that an action changes with it."""


def compare_pipelines(base: Assembly, head: Assembly) -> Iterator[Observation]:
    """Yield what the pipelines of head no longer do, or do in another order."""
    for pair in pairs(base, head):
        for each in pair.resources:
            if each.resource.type == PIPELINE and each.before and each.after:
                yield from _pipeline(each)


def _pipeline(each: Both) -> Iterator[Observation]:
    old, new = (_actions(properties.get("Stages")) for properties in each.properties)
    names = list(old)
    for name in names:
        if name not in new:
            approval = _category(old[name]["action"]) == "Approval"
            what = "approval" if approval else "step"
            yield _observe(
                each, f"The {what} {name} is removed", before=name, meaning="approval" if approval else "step"
            )
    kept = [name for name in names if name in new]
    order = {name: place for place, name in enumerate(new)}
    for first in range(len(kept)):
        for second in kept[first + 1 :]:
            earlier, later = kept[first], second
            if _place(old[earlier]) < _place(old[later]) and _place(new[earlier]) >= _place(new[later]):
                yield _observe(
                    each,
                    f"{earlier} no longer runs before {later}",
                    before=f"{earlier}, then {later}",
                    after=f"places {order[earlier]} and {order[later]}",
                    meaning="order",
                )
    for name in kept:
        yield from _action(each, name, old[name]["action"], new[name]["action"])
    for name in new:
        if name not in old:
            yield _observe(each, f"The step {name} is new", after=name, meaning="step", severity=Outcome.NEEDS_LOOK)
    triggers, changed = (properties.get("Triggers") for properties in each.properties)
    if triggers != changed:
        yield _observe(
            each, "It starts on other changes", before=shown(triggers), after=shown(changed), meaning="trigger"
        )
    yield from _stages(each)


def _stages(each: Both) -> Iterator[Observation]:
    """Conditions and transitions of stages: everything but their actions."""
    old, new = (
        {
            str(stage.get("Name")): {key: value for key, value in stage.items() if key != "Actions"}
            for stage in _objects(properties.get("Stages"))
        }
        for properties in each.properties
    )
    for name, stage in old.items():
        if name in new and new[name] != stage:
            yield _observe(
                each, f"Conditions of stage {name} change", before=shown(stage), after=shown(new[name]), meaning="step"
            )


def _actions(stages: Any) -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for number, stage in enumerate(_objects(stages)):
        for action in _objects(stage.get("Actions")):
            order = action.get("RunOrder", 1)
            place = (number, order if isinstance(order, int) else 1)
            found[f"{stage.get('Name')}/{action.get('Name')}"] = {"action": action, "place": place}
    return found


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list. What is no object is no stage and no action, so that one that was there is missed."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _place(entry: Mapping[str, Any]) -> tuple[int, int]:
    place: tuple[int, int] = entry["place"]
    return place


def _category(action: Mapping[str, Any]) -> str:
    kind = action.get("ActionTypeId")
    return str(kind.get("Category")) if isinstance(kind, Mapping) else ""


def _action(each: Both, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Observation]:
    category = _category(old)
    for leaf in leaves(_masked(old), _masked(new)):
        part = leaf.path.partition(".")[0]
        if part in {"RunOrder", "Name"}:
            continue  # the order is judged above
        strict = category in {"Source", "Approval"} or part in {"ActionTypeId", "RoleArn"}
        yield _observe(
            each,
            f"{leaf.path} of {name} changes",
            before=shown(leaf.before),
            after=shown(leaf.after),
            meaning="source" if category == "Source" else "step",
            severity=Outcome.STOPPED if strict else Outcome.NEEDS_LOOK,
        )


def _masked(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out what the CDK computes, which changes whenever the thing itself does."""
    configuration = action.get("Configuration")
    if not isinstance(configuration, Mapping) or "EnvironmentVariables" not in configuration:
        return action
    text = configuration["EnvironmentVariables"]
    if not isinstance(text, str) or not any(name in text for name in GENERATED):
        return action
    return {**action, "Configuration": {**configuration, "EnvironmentVariables": _without_generated(text)}}


def _without_generated(text: str) -> Any:
    try:
        variables = json.loads(text)
        return [each for each in variables if each.get("name") not in GENERATED]
    except (ValueError, AttributeError, TypeError):
        return text


def _observe(
    each: Both,
    sentence: str,
    *,
    meaning: str,
    before: str | None = None,
    after: str | None = None,
    severity: Outcome = Outcome.STOPPED,
) -> Observation:
    return Observation(
        kind=Kind.GATE,
        severity=severity,
        stage=each.pair.stack.stage,
        stack=each.pair.stack.path,
        subject=each.subject,
        sentence=f"{sentence} ({each.resource.path}).",
        todo="Keep the pipeline's steps, their order, and its approvals.",
        before=before,
        after=after,
        meaning=meaning,
        location="Stages",
    )
