"""The pipeline as CodePipeline's API describes it, typed.

Members and their names are those of ``PipelineDeclaration`` in the CodePipeline API reference. A member that is not
here is one that the engine does not run; a definition that uses it is refused by name instead of half obeyed.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9.@\-_]+$", min_length=1, max_length=100)]
ArtifactName = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_\-]+$", min_length=1, max_length=100)]
RoleArn = Annotated[str, Field(pattern=r"^arn:aws(-\w+)*:iam::\d{12}:role/.*$", max_length=1024)]
FailureResult = Literal["ROLLBACK", "FAIL", "RETRY"]
RetryMode = Literal["FAILED_ACTIONS", "ALL_ACTIONS"]


class Shape(BaseModel):
    """A member of the API: camel case outside, frozen, and nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ActionType(Shape):
    """Who runs an action, for instance Build by AWS's CodeBuild, version 1."""

    category: str
    owner: str
    provider: str
    version: str


class Artifact(Shape):
    """A zip archive that one action hands to later ones; ``files`` says what a Commands action puts into it."""

    name: ArtifactName
    files: Annotated[tuple[str, ...], Field(min_length=1, max_length=10)] | None = None


class EnvironmentVariable(Shape):
    """A variable of the shell of a Commands action."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$", max_length=128)]
    value: Annotated[str, Field(min_length=1, max_length=2000)]
    type: Literal["PLAINTEXT", "SECRETS_MANAGER"] = "PLAINTEXT"


# "Multi-line formats are not supported" ("Commands action reference" in the CodePipeline user guide).
Command = Annotated[str, Field(pattern=r"^[^\n]+$", max_length=1000)]
Commands = Annotated[tuple[Command, ...], Field(min_length=1, max_length=50)]


class Action(Shape):
    """One step of a stage. Actions of one run order run side by side."""

    name: Name
    action_type_id: ActionType
    run_order: Annotated[int, Field(ge=1, le=999)] = 1
    configuration: dict[str, str] = Field(default_factory=dict)
    commands: Commands | None = None
    output_variables: Annotated[tuple[str, ...], Field(min_length=1, max_length=15)] | None = None
    environment_variables: Annotated[tuple[EnvironmentVariable, ...], Field(min_length=1, max_length=10)] | None = None
    output_artifacts: tuple[Artifact, ...] = ()
    input_artifacts: tuple[Artifact, ...] = ()
    role_arn: RoleArn | None = None
    region: str | None = None
    namespace: Annotated[str, Field(pattern=r"^[A-Za-z0-9@\-_]+$", max_length=100)] | None = None
    timeout_in_minutes: Annotated[int, Field(ge=5, le=86400)] | None = None


class RetryConfiguration(Shape):
    """Which actions an automatic retry runs again."""

    retry_mode: RetryMode = "FAILED_ACTIONS"


class RuleType(Shape):
    """Who checks a rule, for instance AWS's DeploymentWindow, version 1."""

    category: Literal["Rule"]
    owner: str = "AWS"
    provider: str
    version: str = "1"


class Rule(Shape):
    """One check of a condition."""

    name: Name
    rule_type_id: RuleType
    configuration: dict[str, str] = Field(default_factory=dict)
    commands: Commands | None = None
    input_artifacts: tuple[Artifact, ...] = ()
    role_arn: RoleArn | None = None
    region: str | None = None
    timeout_in_minutes: Annotated[int, Field(ge=5, le=86400)] | None = None

    def action(self) -> Action:
        """Return the rule as what it is run as."""
        return Action(
            name=self.name,
            action_type_id=ActionType.model_validate(self.rule_type_id.model_dump()),
            configuration=self.configuration,
            commands=self.commands,
            input_artifacts=self.input_artifacts,
            role_arn=self.role_arn,
            region=self.region,
            timeout_in_minutes=self.timeout_in_minutes,
        )


class Condition(Shape):
    """Rules that are checked together, and what happens if one of them fails."""

    result: Literal["ROLLBACK", "FAIL", "SKIP"] | None = None
    rules: Annotated[tuple[Rule, ...], Field(min_length=1, max_length=5)]


class Conditions(Shape):
    """The condition before a stage is entered, or after it succeeded."""

    conditions: Annotated[tuple[Condition, ...], Field(min_length=1, max_length=1)]


class OnFailure(Shape):
    """What happens when a stage fails: by itself, or if a condition says so."""

    result: FailureResult | None = None
    retry_configuration: RetryConfiguration | None = None
    conditions: Annotated[tuple[Condition, ...], Field(max_length=1)] = ()


class Stage(Shape):
    """A group of actions that one execution at a time passes through."""

    name: Name
    actions: tuple[Action, ...]
    before_entry: Conditions | None = None
    on_success: Conditions | None = None
    on_failure: OnFailure | None = None


class EncryptionKey(Shape):
    """The KMS key of an artifact store."""

    id: str
    type: Literal["KMS"]


class ArtifactStore(Shape):
    """The bucket through which artifacts travel."""

    type: Literal["S3"]
    location: str
    encryption_key: EncryptionKey | None = None


class Variable(Shape):
    """A pipeline variable, given when an execution starts."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9@\-_]+$", max_length=128)]
    default_value: str | None = None
    description: str | None = None


class Patterns(Shape):
    """Globs that a name must and must not match."""

    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


class PushFilter(Shape):
    """Which pushes start the pipeline. A filter of tags never matches the push of a branch."""

    branches: Patterns | None = None
    file_paths: Patterns | None = None
    tags: Patterns | None = None


class PullRequestFilter(Shape):
    """Which pull requests start the pipeline: none here, since a bare repository has no pull requests."""

    events: tuple[str, ...] = ()
    branches: Patterns | None = None
    file_paths: Patterns | None = None


class GitConfiguration(Shape):
    """The filters of one source action."""

    source_action_name: Name
    push: tuple[PushFilter, ...] = ()
    pull_request: tuple[PullRequestFilter, ...] = ()


class Trigger(Shape):
    """A start by an event in the repository, with filters (pipelines of type V2)."""

    provider_type: Literal["CodeStarSourceConnection"]
    git_configuration: GitConfiguration


class Pipeline(Shape):
    """A pipeline: stages, the role that runs them, and the bucket (one a region) for their artifacts."""

    name: Name
    role_arn: RoleArn
    stages: tuple[Stage, ...]
    artifact_store: ArtifactStore | None = None
    artifact_stores: dict[str, ArtifactStore] | None = None
    version: int = 1
    execution_mode: Literal["SUPERSEDED", "QUEUED", "PARALLEL"] = "SUPERSEDED"
    pipeline_type: Literal["V1", "V2"] = "V1"
    variables: tuple[Variable, ...] = ()
    triggers: tuple[Trigger, ...] = ()

    def stage(self, name: str) -> Stage | None:
        """Return the stage of that name, if there is one."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def position(self, stage: str) -> int:
        """Return the index of a stage, or -1 when the pipeline has none of that name."""
        return next((index for index, each in enumerate(self.stages) if each.name == stage), -1)

    def store(self, region: str) -> ArtifactStore:
        """Return the artifact store of actions that run in ``region``.

        Raises:
            KeyError: the pipeline names a store for other regions only.
        """
        if self.artifact_store is not None:
            return self.artifact_store
        return (self.artifact_stores or {})[region]

    def same_structure(self, other: "Pipeline") -> bool:
        """Say whether both describe the same pipeline, whatever their version numbers."""
        return self.model_copy(update={"version": 1}) == other.model_copy(update={"version": 1})
