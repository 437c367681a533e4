"""The record of an execution: where it is, and what its stages and actions came to.

Statuses are those of the CodePipeline API reference, word for word. Times are seconds since the epoch.
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cdk_rehearsal.engine.definition import Pipeline


class ActionStatus(StrEnum):
    """ActionExecutionStatus."""

    IN_PROGRESS = "InProgress"
    ABANDONED = "Abandoned"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


class StageStatus(StrEnum):
    """StageExecutionStatus."""

    CANCELLED = "Cancelled"
    IN_PROGRESS = "InProgress"
    FAILED = "Failed"
    STOPPED = "Stopped"
    STOPPING = "Stopping"
    SUCCEEDED = "Succeeded"
    SKIPPED = "Skipped"


class ConditionKind(StrEnum):
    """When a stage's condition is checked; the first two are ConditionType."""

    BEFORE_ENTRY = "BEFORE_ENTRY"
    ON_SUCCESS = "ON_SUCCESS"
    ON_FAILURE = "ON_FAILURE"


class ConditionStatus(StrEnum):
    """ConditionExecutionStatus, as far as conditions get there."""

    IN_PROGRESS = "InProgress"
    FAILED = "Failed"
    SUCCEEDED = "Succeeded"
    CANCELLED = "Cancelled"
    ABANDONED = "Abandoned"
    OVERRIDDEN = "Overridden"


class ExecutionStatus(StrEnum):
    """PipelineExecutionStatus."""

    CANCELLED = "Cancelled"
    IN_PROGRESS = "InProgress"
    STOPPED = "Stopped"
    STOPPING = "Stopping"
    SUCCEEDED = "Succeeded"
    SUPERSEDED = "Superseded"
    FAILED = "Failed"


class Record(BaseModel):
    """Something that is saved after each transition."""

    model_config = ConfigDict(extra="forbid")


class Trigger(Record):
    """What started an execution, by its TriggerType, with the detail that AWS gives it."""

    kind: str
    detail: str = ""


class Location(Record):
    """Where an artifact lies."""

    bucket: str
    key: str


class Revision(Record):
    """What a source action delivered: a commit's hash and the first line of its message."""

    id: str
    summary: str = ""


class Decision(Record):
    """An answered approval: ``Approved`` or ``Rejected``, why, and by whom (an ARN)."""

    status: Literal["Approved", "Rejected"]
    summary: str
    by: str


class ActionRun(Record):
    """One run of one action."""

    id: str
    stage: str
    action: str
    started: float
    changed: float
    status: ActionStatus = ActionStatus.IN_PROGRESS
    summary: str = ""
    external_id: str = ""
    external_url: str = ""
    percent: int | None = None
    token: str = ""
    decision: Decision | None = None
    error_code: str = ""
    error_message: str = ""
    configuration: dict[str, str] = Field(default_factory=dict)
    inputs: dict[str, Location] = Field(default_factory=dict)
    outputs: dict[str, Location] = Field(default_factory=dict)
    variables: dict[str, str] = Field(default_factory=dict)
    saved: bool = Field(default=True, description="Whether what it did was saved when it ended")

    @property
    def running(self) -> bool:
        """Whether the action has not ended yet."""
        return self.status is ActionStatus.IN_PROGRESS


class RuleRun(ActionRun):
    """One run of one rule, of the condition that is checked at ``condition``; ``action`` is the rule's name."""

    condition: ConditionKind


class ConditionRun(Record):
    """One check of a condition, with the ids of its rules' runs."""

    status: ConditionStatus = ConditionStatus.IN_PROGRESS
    summary: str = ""
    changed: float
    rules: list[str] = Field(default_factory=list)


class StageRun(Record):
    """One stage as an execution passes through it. ``first_action`` is where its latest attempt starts."""

    name: str
    entered: float
    first_action: int
    status: StageStatus = StageStatus.IN_PROGRESS
    manual_retries: int = 0
    automatic_retries: int = 0
    conditions: dict[ConditionKind, ConditionRun] = Field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether the stage has not ended yet."""
        return self.status in {StageStatus.IN_PROGRESS, StageStatus.STOPPING}


class Execution(Record):
    """One run of a pipeline, on the definition that was current when it started."""

    id: str
    pipeline: Pipeline
    trigger: Trigger
    started: float
    changed: float
    status: ExecutionStatus = ExecutionStatus.IN_PROGRESS
    summary: str = ""
    stop_reason: str = ""
    abandon: bool = False
    waiting_for: str | None = None
    stages: list[StageRun] = Field(default_factory=list)
    actions: list[ActionRun] = Field(default_factory=list)
    rules: list[RuleRun] = Field(default_factory=list)
    artifacts: dict[str, Location] = Field(default_factory=dict)
    namespaces: dict[str, dict[str, str]] = Field(default_factory=dict)
    revisions: dict[str, Revision] = Field(default_factory=dict)
    pinned: dict[str, str] = Field(default_factory=dict, description="Revisions that source actions must deliver")
    rollback_of: str | None = Field(default=None, description="The execution whose artifacts a rollback deploys again")

    @property
    def ended(self) -> bool:
        """Whether the execution moves no more."""
        return self.status not in {ExecutionStatus.IN_PROGRESS, ExecutionStatus.STOPPING}

    @property
    def running(self) -> list[ActionRun]:
        """What has not ended yet: actions and rules."""
        return [run for run in (*self.actions, *self.rules) if run.running]

    def stage(self, name: str) -> StageRun | None:
        """Return how the execution fared in a stage, if it ever entered it."""
        return next((run for run in self.stages if run.name == name), None)

    def succeeded_in(self, name: str) -> bool:
        """Whether the execution passed a stage."""
        run = self.stage(name)
        return run is not None and run.status is StageStatus.SUCCEEDED

    def attempt(self, stage: str) -> list[ActionRun]:
        """Return what ran in the latest attempt at a stage, in start order."""
        entered = self.stage(stage)
        if entered is None:
            return []
        return [run for run in self.actions[entered.first_action :] if run.stage == stage]

    def occupies(self, stage: str) -> bool:
        """Whether nobody else may enter the stage: it is open, or an action that was cut loose still runs in it."""
        entered = self.stage(stage)
        busy = any(run.stage == stage for run in self.running)
        return busy or (entered is not None and entered.open)

    def reached(self, stage: str) -> int:
        """Return how far the execution came relative to a stage: negative before it, zero in it, positive beyond."""
        places = [self.pipeline.position(run.name) for run in self.stages]
        return max(places, default=-1) - self.pipeline.position(stage)
