"""An action's line to the record of its run."""

import time
from dataclasses import dataclass

from rehearsal.actions.contracts import ActionAbandonedError
from rehearsal.codepipeline.store import PipelineRecord, Store
from rehearsal.engine.execution import ActionRun, Decision, Execution

# Bound of the API's ExecutionSummary.
SUMMARY_CHARACTERS = 2048


@dataclass(frozen=True, kw_only=True)
class RunProgress:
    """An action's line to the record of its run (:class:`rehearsal.actions.contracts.Progress`)."""

    store: Store
    record: PipelineRecord
    execution: Execution
    run: ActionRun

    def report(
        self, *, summary: str | None = None, external_id: str | None = None, external_url: str | None = None
    ) -> None:
        """Publish what the action does now; what has not changed is not saved again."""
        with self.store.held():
            before = self.run.model_copy()
            self.run.summary = self.run.summary if summary is None else summary[:SUMMARY_CHARACTERS]
            self.run.external_id = self.run.external_id if external_id is None else external_id
            self.run.external_url = self.run.external_url if external_url is None else external_url
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
        give_up = time.monotonic() + timeout
        with self.store.held():
            self.run.token = token
            self.run.changed = time.time()
            self.store.save_execution(self.record, self.execution)
            while self.run.decision is None:
                self._check_wanted()
                left = give_up - time.monotonic()
                if left <= 0:
                    return None
                self.store.wait(left)
            return self.run.decision

    def _check_wanted(self) -> None:
        if not self.run.running:
            raise ActionAbandonedError
