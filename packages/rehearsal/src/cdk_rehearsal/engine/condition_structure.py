"""What of a stage's conditions is refused when a pipeline is created or changed.

Rules: "Considerations for results configured for stage conditions" in the CodePipeline user guide.
"""

from types import MappingProxyType

from cdk_rehearsal.engine.conditions import condition_of
from cdk_rehearsal.engine.definition import Action, Pipeline, Stage
from cdk_rehearsal.engine.execution import ConditionKind
from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.providers import SKIPPING_RULES

STAGE = "InvalidStageDeclarationException"
RESULTS = MappingProxyType(
    {
        ConditionKind.BEFORE_ENTRY: ("FAIL", "SKIP"),
        ConditionKind.ON_SUCCESS: ("FAIL", "ROLLBACK"),
        ConditionKind.ON_FAILURE: ("ROLLBACK",),
    }
)


def stage_rules(stage: Stage) -> list[tuple[ConditionKind, Action]]:
    """Return each rule of a stage's conditions as the action that it is run as, with when it is checked."""
    found = []
    for kind in ConditionKind:
        condition = condition_of(stage, kind)
        found += [(kind, rule.action()) for rule in condition.rules] if condition else []
    return found


def check_conditions(pipeline: Pipeline, stage: Stage) -> None:
    """Refuse conditions that CodePipeline does not take.

    Raises:
        StructureError: InvalidStageDeclarationException.
    """
    for kind, allowed in RESULTS.items():
        condition = condition_of(stage, kind)
        if condition is None:
            continue
        where = f"Stage {stage.name}, condition {kind}"
        if pipeline.pipeline_type != "V2":
            raise StructureError(STAGE, f"{where}: conditions are for pipelines of type V2 only")
        if condition.result is not None and condition.result not in allowed:
            raise StructureError(STAGE, f"{where}: the result {condition.result} is not one of {', '.join(allowed)}")
        names = [rule.name for rule in condition.rules]
        if len(set(names)) < len(names):
            raise StructureError(STAGE, f"{where}: the names of rules must differ: {', '.join(names)}")
        if condition.result == "SKIP":
            for rule in condition.rules:
                if rule.action().action_type_id not in SKIPPING_RULES:
                    only = ", ".join(sorted(each.provider for each in SKIPPING_RULES))
                    raise StructureError(STAGE, f"{where}: with the result SKIP only {only} are supported")
    failure = stage.on_failure
    if failure and failure.conditions and failure.result:
        raise StructureError(
            STAGE, f"Stage {stage.name}: onFailure has a result and a condition; the rehearsal runs one or the other"
        )
