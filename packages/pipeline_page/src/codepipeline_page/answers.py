"""Requests that change something: answer an approval, retry a stage, stop an execution."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1, max_length=100)]
COMMENT = 512
"""Longest summary of ApprovalResult, in characters."""


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Answer(_Command):
    """An answer to an approval. A rejection needs a comment."""

    stage: Text
    action: Text
    token: Text
    answer: Literal["Approved", "Rejected"]
    comment: Annotated[str, Field(max_length=COMMENT)] = ""

    @model_validator(mode="after")
    def _rejection_has_reason(self) -> "Answer":
        if self.answer == "Rejected" and not self.comment:
            raise ValueError("comment: missing; a rejection needs a reason")
        return self

    def send(self, client: Any, pipeline: str) -> str:
        """Call PutApprovalResult; return one line that reports it."""
        client.put_approval_result(
            pipelineName=pipeline,
            stageName=self.stage,
            actionName=self.action,
            token=self.token,
            result={"status": self.answer, "summary": self.comment},
        )
        return f"{self.answer}: {self.stage} · {self.action}"


class Retry(_Command):
    """A retry of a failed stage: its failed actions, or all of them."""

    stage: Text
    execution: Text
    mode: Literal["FAILED_ACTIONS", "ALL_ACTIONS"]

    def send(self, client: Any, pipeline: str) -> str:
        """Call RetryStageExecution; return one line that reports it."""
        client.retry_stage_execution(
            pipelineName=pipeline, stageName=self.stage, pipelineExecutionId=self.execution, retryMode=self.mode
        )
        return f"Retrying {self.stage}"


class Stop(_Command):
    """A stop of an execution after its running actions have finished."""

    execution: Text
    reason: Annotated[str, Field(max_length=200)] = ""

    def send(self, client: Any, pipeline: str) -> str:
        """Call StopPipelineExecution; return one line that reports it."""
        client.stop_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=self.execution, abandon=False, reason=self.reason
        )
        return "The execution stops after its running actions have finished"


COMMANDS: Mapping[str, type[Answer] | type[Retry] | type[Stop]] = {"approvals": Answer, "retries": Retry, "stops": Stop}
"""What can be posted, by the last part of its address."""
