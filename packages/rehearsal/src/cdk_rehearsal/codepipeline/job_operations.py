"""The operations by which a worker asks about its job and reports on it."""

from collections.abc import Callable, Mapping

from cdk_rehearsal.actions.contracts import JobResult
from cdk_rehearsal.codepipeline.jobs import Job, Jobs
from cdk_rehearsal.codepipeline.store import Store
from cdk_rehearsal.emulator.hooks import Call, Json, ServiceError

Operation = Callable[[Call], Json]
# "Total size of all output variables for an action" in the quotas of CodePipeline.
VARIABLES_BYTES = 122_880


class JobOperations:
    """Answers calls about jobs, whichever pipeline they belong to."""

    def __init__(self, store: Store, jobs: Jobs) -> None:
        """Report to those who wait at ``store``."""
        self._store = store
        self._jobs = jobs

    def table(self) -> Mapping[str, Operation]:
        """Return the operations by name."""
        return {
            "GetJobDetails": self.details,
            "PutJobSuccessResult": self.succeed,
            "PutJobFailureResult": self.fail,
        }

    def details(self, call: Call) -> Json:
        """GetJobDetails, with new credentials at each call."""
        job = self._jobs.get(call.payload["jobId"], call.account)
        return {"jobDetails": {"id": job.id, "data": dict(job.details()), "accountId": call.account}}

    def succeed(self, call: Call) -> Json:
        """PutJobSuccessResult: the end, or with a continuation token not yet."""
        if "currentRevision" in call.payload:
            raise ServiceError("ValidationException", "currentRevision: the rehearsal does not keep it; leave it out")
        job = self._jobs.unreported(call.payload["jobId"], call.account)
        continuation, variables = call.payload.get("continuationToken", ""), call.payload.get("outputVariables", {})
        if continuation and variables:
            raise ServiceError(
                "ValidationException",
                "outputVariables can be included only when there is no continuation token on the request",
            )
        size = sum(len(text.encode()) for pair in variables.items() for text in pair)
        if size > VARIABLES_BYTES:
            raise ServiceError(
                "OutputVariablesSizeExceededException",
                f"The output variables take {size} bytes; {VARIABLES_BYTES} are allowed",
            )
        details = call.payload.get("executionDetails", {})
        return self._report(
            job,
            JobResult(
                summary=details.get("summary", ""),
                external_id=details.get("externalExecutionId", ""),
                percent=details.get("percentComplete"),
                variables=variables,
                continuation=continuation,
            ),
        )

    def fail(self, call: Call) -> Json:
        """PutJobFailureResult."""
        job = self._jobs.unreported(call.payload["jobId"], call.account)
        details = call.payload["failureDetails"]
        return self._report(
            job,
            JobResult(
                summary=details["message"],
                external_id=details.get("externalExecutionId", ""),
                failure=details["type"],
            ),
        )

    def _report(self, job: Job, result: JobResult) -> Json:
        job.result = result
        self._store.wake()
        return {}
