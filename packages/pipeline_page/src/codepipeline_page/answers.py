"""What a person does from the page: answers an approval, runs a stage again, stops an execution."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(min_length=1, max_length=100)]
COMMENT = 512
"""Bound of ApprovalResult's summary, in characters."""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class Answer(_Asked):
    """An answer to an approval. A rejection says why."""

    stage: Text
    action: Text
    token: Text
    answer: Literal["Approved", "Rejected"]
    comment: Annotated[str, Field(max_length=COMMENT)] = ""

    @model_validator(mode="after")
    def _says_why(self) -> "Answer":
        if self.answer == "Rejected" and not self.comment:
            raise ValueError("a rejection needs a comment that says why")
        return self

    def give(self, client: Any, pipeline: str) -> str:
        """Give it to CodePipeline; return what was done."""
        client.put_approval_result(
            pipelineName=pipeline,
            stageName=self.stage,
            actionName=self.action,
            token=self.token,
            result={"status": self.answer, "summary": self.comment},
        )
        return f"{self.answer}: {self.stage} · {self.action}"


class Retry(_Asked):
    """A wish to run a stage that failed again: what failed in it, or everything."""

    stage: Text
    execution: Text
    mode: Literal["FAILED_ACTIONS", "ALL_ACTIONS"]

    def give(self, client: Any, pipeline: str) -> str:
        """Tell CodePipeline; return what was done."""
        client.retry_stage_execution(
            pipelineName=pipeline, stageName=self.stage, pipelineExecutionId=self.execution, retryMode=self.mode
        )
        return f"{self.stage} runs again"


class Stop(_Asked):
    """A wish to stop an execution once the actions that run now have ended."""

    execution: Text
    reason: Annotated[str, Field(max_length=200)] = ""

    def give(self, client: Any, pipeline: str) -> str:
        """Tell CodePipeline; return what was done."""
        client.stop_pipeline_execution(
            pipelineName=pipeline, pipelineExecutionId=self.execution, abandon=False, reason=self.reason
        )
        return "The execution stops once the actions that run now have ended"


WISHES: dict[str, type[Answer] | type[Retry] | type[Stop]] = {"approvals": Answer, "retries": Retry, "stops": Stop}
"""What can be posted, by the last part of its address."""
