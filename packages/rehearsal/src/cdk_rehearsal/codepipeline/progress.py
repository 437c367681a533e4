"""An action's line to the record of its run."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from cdk_rehearsal.actions.contracts import ActionAbandonedError, JobResult
from cdk_rehearsal.codepipeline.jobs import Details, Jobs
from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.engine.execution import ActionRun, Decision, Execution

T = TypeVar("T")
# Bound of the API's ExecutionSummary.
SUMMARY_CHARACTERS = 2048


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """An action's line to the record of its run (:class:`cdk_rehearsal.actions.contracts.Progress`).

    ``accounts`` are those whose credentials may report on the action's jobs.
    """

    store: Store
    jobs: Jobs
    accounts: frozenset[str]
    record: PipelineRecord
    execution: Execution
    run: ActionRun

    def report(
        self,
        *,
        summary: str | None = None,
        external_id: str | None = None,
        external_url: str | None = None,
        percent: int | None = None,
    ) -> None:
        """Publish what the action does now; what has not changed is not saved again."""
        with self.store.held():
            before = self.run.model_copy()
            self.run.summary = self.run.summary if summary is None else summary[:SUMMARY_CHARACTERS]
            self.run.external_id = self.run.external_id if external_id is None else external_id
            self.run.external_url = self.run.external_url if external_url is None else external_url
            self.run.percent = self.run.percent if percent is None else percent
            if self.run != before:
                self.run.changed = time.time()
                self.store.save_execution(self.record, self.execution)

    def pause(self, seconds: float) -> None:
        """Wait, and give up if the run was abandoned."""
        with self.store.held():
            self._check_wanted()
        time.sleep(seconds)
        with self.store.held():
            self._check_wanted()

    def decide(self, token: str, timeout: float) -> Decision | None:
        """Open the approval and wait for its answer."""
        with self.store.held():
            self.run.token = token
            self.run.changed = time.time()
            self.store.save_execution(self.record, self.execution)
            return self._await(lambda: self.run.decision, timeout)

    def open_job(self, details: Details) -> str:
        """Open a job."""
        with self.store.held():
            return self.jobs.open(self.run, self.accounts, details).id

    def job_result(self, job: str, timeout: float) -> JobResult | None:
        """Wait for what is reported of a job."""
        with self.store.held():
            opened = self.jobs.get(job, self.record.account)
            return self._await(lambda: opened.result, timeout)

    def _await(self, look: Callable[[], T | None], timeout: float) -> T | None:
        give_up = time.monotonic() + timeout
        while (found := look()) is None:
            self._check_wanted()
            left = give_up - time.monotonic()
            if left <= 0:
                return None
            self.store.wait(left)
        return found

    def _check_wanted(self) -> None:
        if not self.run.running:
            raise ActionAbandonedError
