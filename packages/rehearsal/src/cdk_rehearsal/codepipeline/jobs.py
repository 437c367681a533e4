"""Jobs: what an action hands to a worker outside, and what the worker reports of it.

They are kept in memory only, for they carry credentials; whatever waits for one is given up when the emulator stops.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cdk_rehearsal.actions.contracts import JobResult
from cdk_rehearsal.emulator.hooks import ServiceError
from cdk_rehearsal.engine.execution import ActionRun

Details = Callable[[], Mapping[str, Any]]


@dataclass(kw_only=True)
class Job:
    """A job of an action's run. Only the accounts of the pipeline and of the action know it."""

    id: str
    run: ActionRun
    accounts: frozenset[str]
    details: Details
    result: JobResult | None = None


class Jobs:
    """All jobs of one emulator. Hold the store while using it."""

    def __init__(self) -> None:
        """Begin without a job."""
        self._jobs: dict[str, Job] = {}

    def open(self, run: ActionRun, accounts: frozenset[str], details: Details) -> Job:
        """Open a job for a run."""
        job = Job(id=str(uuid.uuid4()), run=run, accounts=accounts, details=details)
        self._jobs[job.id] = job
        return job

    def get(self, job_id: str, account: str) -> Job:
        """Return a job.

        Raises:
            ServiceError: JobNotFoundException.
        """
        job = self._jobs.get(job_id)
        if job is None or account not in job.accounts:
            raise ServiceError("JobNotFoundException", f"Can't find job {job_id} in account {account}")
        return job

    def unreported(self, job_id: str, account: str) -> Job:
        """Return a job on which nothing was reported yet, and for which somebody still waits.

        Raises:
            ServiceError: JobNotFoundException or InvalidJobStateException.
        """
        job = self.get(job_id, account)
        if job.result is not None or not job.run.running:
            why = "has been reported already" if job.result else f"belongs to an action that is {job.run.status}"
            raise ServiceError("InvalidJobStateException", f"The result of job {job_id} {why}")
        return job
