"""What CreatePipeline and UpdatePipeline refuse. Messages follow AWS's where AWS names the same fault.

Rules: "CodePipeline pipeline structure reference" in the CodePipeline user guide.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from cdk_rehearsal.engine.condition_structure import check_conditions, stage_rules
from cdk_rehearsal.engine.definition import Action, ActionType, Pipeline, Stage
from cdk_rehearsal.engine.execution import ConditionKind
from cdk_rehearsal.engine.ordering import groups
from cdk_rehearsal.engine.problems import StructureError
from cdk_rehearsal.engine.providers import (
    CHANGE_SET_EXECUTE,
    CHANGE_SET_REPLACE,
    CLONE_REFERENCE,
    CLOUDFORMATION,
    CODEBUILD,
    COMMANDS,
    COMMANDS_RULE,
    MANUAL_APPROVAL,
    OUTPUT_FORMAT,
    S3_DEPLOY,
    V2_ONLY,
    ProviderRules,
)
from cdk_rehearsal.engine.variables import BUILT_IN, references, texts

STRUCTURE = "InvalidStructureException"
STAGE = "InvalidStageDeclarationException"
ACTION = "InvalidActionDeclarationException"
LEAST_STAGES = 2
PART_OF_AN_ARTIFACT = ("TemplatePath", "TemplateConfiguration")


def check_structure(
    pipeline: Pipeline,
    rules: Mapping[ActionType, ProviderRules],
    condition_rules: Mapping[ActionType, ProviderRules],
    *,
    region: str,
) -> None:
    """Refuse a pipeline that could not run.

    Args:
        pipeline: the declaration.
        rules: what is known of each action provider; any other is refused by name.
        condition_rules: likewise of each provider of rules in stage conditions.
        region: where the pipeline lives; actions without a region run there.

    Raises:
        StructureError: with the code and the first fault found.
    """
    _check_stages(pipeline)
    for stage in pipeline.stages:
        for action in stage.actions:
            _check_provider(action, rules, region=region)
            _check_store(pipeline, action, region=region)
        check_conditions(pipeline, stage)
        for _, rule in stage_rules(stage):
            _check_provider(rule, condition_rules, region=region)
            _check_store(pipeline, rule, region=region)
    _check_type(pipeline)
    _check_sources_first(pipeline)
    _check_artifacts(pipeline)
    _check_clones(pipeline)
    _check_namespaces(pipeline)
    _check_triggers(pipeline)


def _check_stages(pipeline: Pipeline) -> None:
    if len(pipeline.stages) < LEAST_STAGES:
        raise StructureError(
            STRUCTURE,
            f"Pipeline has only {len(pipeline.stages)} stage(s). "
            f"There should be a minimum of {LEAST_STAGES} stages in a pipeline",
        )
    _refuse_twice(STRUCTURE, "Stage name", (stage.name for stage in pipeline.stages), where="the pipeline")
    for stage in pipeline.stages:
        if not stage.actions:
            raise StructureError(STAGE, f"Stage {stage.name} has no actions. A stage needs at least one")
        _refuse_twice(STAGE, "Action name", (each.name for each in stage.actions), where=f"stage {stage.name}")


def _refuse_twice(code: str, what: str, names: Iterable[str], *, where: str) -> None:
    name, count = max(Counter(names).items(), key=lambda item: item[1], default=("", 0))
    if count > 1:
        raise StructureError(code, f"{what} must be unique within {where}. {name} has been used more than once")


def _check_provider(action: Action, rules: Mapping[ActionType, ProviderRules], *, region: str) -> None:
    kind = action.action_type_id
    known = rules.get(kind)
    if known is None:
        supported = ", ".join(sorted({each.provider for each in rules}))
        raise StructureError(
            ACTION,
            f"ActionType (Category: '{kind.category}', Provider: '{kind.provider}', Owner: '{kind.owner}', "
            f"Version: '{kind.version}') in action '{action.name}' is not available in region {region}: "
            f"the rehearsal runs {supported}",
        )
    _check_count(action, "input", len(action.input_artifacts), known.inputs)
    _check_count(action, "output", len(action.output_artifacts), known.outputs)
    for key in sorted(known.required - action.configuration.keys()):
        raise StructureError(
            ACTION, f"Action configuration for action '{action.name}' is missing required configuration '{key}'"
        )
    for key in sorted(action.configuration.keys() - known.required - known.optional):
        raise StructureError(
            ACTION, f"Action configuration for action '{action.name}' contains unknown configuration '{key}'"
        )
    for key, values in known.allowed.items():
        value = action.configuration.get(key)
        if value is not None and value not in values:
            raise StructureError(
                ACTION,
                f"Action '{action.name}': {key} '{value}' is not supported; the rehearsal runs "
                f"{', '.join(sorted(values))}",
            )
    _check_commands(action)
    if kind == CLOUDFORMATION:
        _check_cloudformation(action)
    if kind == S3_DEPLOY and action.configuration["Extract"] == "false" and "ObjectKey" not in action.configuration:
        raise StructureError(ACTION, f"Action '{action.name}': ObjectKey is required if Extract is false")
    # "This attribute is available only to the manual approval ActionType" (ActionDeclaration in the API reference).
    if action.timeout_in_minutes is not None and kind != MANUAL_APPROVAL and kind.category != "Rule":
        raise StructureError(ACTION, f"Action '{action.name}': timeoutInMinutes is for manual approvals only")


def _check_commands(action: Action) -> None:
    runs = action.action_type_id in {COMMANDS, COMMANDS_RULE}
    if runs and action.commands is None:
        raise StructureError(ACTION, f"Action '{action.name}': commands are missing")
    members = {
        "commands": action.commands,
        "outputVariables": action.output_variables,
        "environmentVariables": action.environment_variables,
        "outputArtifacts.files": next((each.files for each in action.output_artifacts if each.files), None),
    }
    given = [name for name, value in members.items() if value is not None]
    if given and not runs:
        raise StructureError(ACTION, f"Action '{action.name}': {', '.join(given)}: for Commands only")


def _check_count(action: Action, what: str, count: int, bounds: tuple[int, int]) -> None:
    least, most = bounds
    if count < least:
        raise StructureError(
            ACTION,
            f"Action {action.name} declares {count} {what} artifacts which is less than the minimum count ({least})",
        )
    if count > most:
        raise StructureError(
            ACTION,
            f"Action {action.name} declares {count} {what} artifacts which is more than the maximum count ({most})",
        )


def _check_cloudformation(action: Action) -> None:
    mode = action.configuration["ActionMode"]
    needed = {CHANGE_SET_EXECUTE: ("ChangeSetName",), CHANGE_SET_REPLACE: ("ChangeSetName", "RoleArn", "TemplatePath")}
    for key in needed.get(mode, ("RoleArn",)):
        if key not in action.configuration:
            raise StructureError(
                ACTION, f"Action configuration for action '{action.name}' is missing required configuration '{key}'"
            )
    given = {artifact.name for artifact in action.input_artifacts}
    for key in PART_OF_AN_ARTIFACT:
        path = action.configuration.get(key)
        if path is None:
            continue
        artifact, separator, _ = path.partition("::")
        if not separator or artifact not in given:
            raise StructureError(
                ACTION,
                f"Action '{action.name}': {key} '{path}' must be <input artifact>::<path>, "
                f"of an input artifact of the action ({', '.join(sorted(given)) or 'it has none'})",
            )


def _check_store(pipeline: Pipeline, action: Action, *, region: str) -> None:
    if (pipeline.artifact_store is None) == (pipeline.artifact_stores is None):
        raise StructureError(STRUCTURE, "Pipeline needs either artifactStore or artifactStores, and not both")
    runs_in = action.region or region
    served = [region] if pipeline.artifact_stores is None else list(pipeline.artifact_stores)
    if runs_in not in served:
        raise StructureError(
            STRUCTURE, f"Action '{action.name}' runs in {runs_in}, for which artifactStores names no bucket"
        )


def _check_type(pipeline: Pipeline) -> None:
    for stage in pipeline.stages:
        for action in stage.actions:
            kind = action.action_type_id
            if kind in V2_ONLY and pipeline.pipeline_type != "V2":
                where = f"Action '{action.name}' ({kind.category} by {kind.provider})"
                raise StructureError(STRUCTURE, f"{where} is for pipelines of type V2 only")


def _check_sources_first(pipeline: Pipeline) -> None:
    first, *later = pipeline.stages
    if any(action.action_type_id.category != "Source" for action in first.actions):
        raise StructureError(STRUCTURE, "Pipeline should start with a stage that only contains source actions")
    for stage in later:
        for action in stage.actions:
            if action.action_type_id.category == "Source":
                raise StructureError(
                    STRUCTURE, f"Action '{action.name}' in stage {stage.name}: sources belong in the first stage only"
                )


def _in_order(pipeline: Pipeline) -> Iterator[tuple[Stage, tuple[Action, ...]]]:
    """Actions as they run, and rules between them, which see what the actions before them have made."""
    for stage in pipeline.stages:
        rules = stage_rules(stage)
        yield stage, tuple(rule for kind, rule in rules if kind is ConditionKind.BEFORE_ENTRY)
        for group in groups(stage):
            yield stage, group
        yield stage, tuple(rule for kind, rule in rules if kind is not ConditionKind.BEFORE_ENTRY)


def _check_artifacts(pipeline: Pipeline) -> None:
    made: list[str] = []
    for _, group in _in_order(pipeline):
        for action in group:
            for artifact in action.input_artifacts:
                if artifact.name not in made:
                    raise StructureError(
                        STRUCTURE,
                        f"Input Artifact Bundle {artifact.name} in action {action.name} is not declared as "
                        "Output Artifact Bundle in any of the preceding actions",
                    )
        made.extend(artifact.name for action in group for artifact in action.output_artifacts)
    _refuse_twice(STRUCTURE, "Output Artifact Bundle name", made, where="the pipeline")


def _check_clones(pipeline: Pipeline) -> None:
    # "Attempting to pass a Git URL reference to non-CodeBuild actions results in an error" (same reference).
    sources = [each for each in pipeline.stages[0].actions if each.configuration.get(OUTPUT_FORMAT) == CLONE_REFERENCE]
    cloned = {artifact.name for source in sources for artifact in source.output_artifacts}
    for _, group in _in_order(pipeline):
        for action in group:
            for artifact in action.input_artifacts:
                if artifact.name in cloned and action.action_type_id.provider != CODEBUILD.provider:
                    raise StructureError(
                        STRUCTURE,
                        f"Input Artifact Bundle {artifact.name} in action {action.name} is a reference to a repository "
                        f"({OUTPUT_FORMAT} {CLONE_REFERENCE}), which only CodeBuild can clone",
                    )


def _check_namespaces(pipeline: Pipeline) -> None:
    filled: list[str] = list(BUILT_IN)
    for stage, group in _in_order(pipeline):
        for action in group:
            for key, value in texts(action):
                for namespace, name in references(value):
                    if namespace not in filled:
                        raise StructureError(
                            ACTION,
                            "The following pipeline execution variables are referencing a namespace that does not "
                            f"exist. StageName=[{stage.name}], ActionName=[{action.name}], "
                            f"ActionConfigurationKey=[{key}], VariableReferenceText=[#{{{namespace}.{name}}}]",
                        )
        filled.extend(action.namespace for action in group if action.namespace)
    _refuse_twice(STRUCTURE, "Namespace", filled, where="the pipeline")


def _check_triggers(pipeline: Pipeline) -> None:
    sources = {action.name for action in pipeline.stages[0].actions}
    for trigger in pipeline.triggers:
        name = trigger.git_configuration.source_action_name
        if name not in sources:
            raise StructureError(
                STRUCTURE, f"Trigger names the source action '{name}'; the first stage has {', '.join(sorted(sources))}"
            )
