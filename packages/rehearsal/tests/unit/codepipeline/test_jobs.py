"""Jobs and what workers may say of them, without an emulator."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.codepipeline.records import ACCOUNT
from tests.unit.engine.samples import REGION, ran

from cdk_rehearsal.codepipeline.job_operations import VARIABLES_BYTES, JobOperations
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.store import Store
from cdk_rehearsal.emulator.hooks import Call, ServiceError
from cdk_rehearsal.engine.execution import ActionStatus

ELSEWHERE = "999999999999"


class Desk:
    """The operations, and one open job."""

    def __init__(self, folder: Path) -> None:
        self.jobs = Jobs()
        self.run = ran("Call", "Call", ActionStatus.IN_PROGRESS)
        self.asked = 0
        self.job = self.jobs.open(self.run, frozenset({ACCOUNT}), self._details)
        self._table = JobOperations(Store(folder), self.jobs).table()

    def _details(self) -> Mapping[str, Any]:
        self.asked += 1
        return {"asked": self.asked}

    def call(self, operation: str, *, account: str = ACCOUNT, **payload: Any) -> dict[str, Any]:
        asked = {"jobId": self.job.id, **payload}
        return self._table[operation](
            Call(operation=operation, payload=asked, account=account, region=REGION, caller_arn="somebody")
        )

    def refusal(self, operation: str, **payload: Any) -> str:
        with pytest.raises(ServiceError) as refused:
            self.call(operation, **payload)
        return refused.value.code


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_details_are_made_anew_at_each_call(desk: Desk) -> None:
    for number in (1, 2):
        assert desk.call("GetJobDetails") == {
            "jobDetails": {"id": desk.job.id, "data": {"asked": number}, "accountId": ACCOUNT}
        }


def test_a_job_is_known_to_its_accounts_alone(desk: Desk) -> None:
    assert desk.refusal("GetJobDetails", account=ELSEWHERE) == "JobNotFoundException"
    assert desk.refusal("PutJobSuccessResult", jobId="00000000-0000-4000-8000-000000000000") == "JobNotFoundException"


def test_a_success_carries_all_that_the_worker_said(desk: Desk) -> None:
    details = {"summary": "fine", "externalExecutionId": "run", "percentComplete": 50}
    desk.call("PutJobSuccessResult", executionDetails=details, continuationToken="later")
    result = desk.job.result
    assert result is not None
    assert (result.summary, result.external_id, result.percent, result.continuation) == ("fine", "run", 50, "later")
    assert not result.failure


def test_a_job_is_reported_once(desk: Desk) -> None:
    desk.call("PutJobFailureResult", failureDetails={"type": "JobFailed", "message": "no"})
    assert desk.job.result is not None
    assert (desk.job.result.failure, desk.job.result.summary) == ("JobFailed", "no")
    assert desk.refusal("PutJobSuccessResult") == "InvalidJobStateException"


def test_nobody_waits_for_a_job_whose_action_has_ended(desk: Desk) -> None:
    desk.run.status = ActionStatus.ABANDONED
    details = {"type": "JobFailed", "message": "too late"}
    assert desk.refusal("PutJobFailureResult", failureDetails=details) == "InvalidJobStateException"


def test_variables_come_at_the_end_only_and_not_in_any_amount(desk: Desk) -> None:
    refused = desk.refusal("PutJobSuccessResult", continuationToken="later", outputVariables={"A": "1"})
    assert refused == "ValidationException"
    most = {"A": "x" * (VARIABLES_BYTES - 1)}
    assert desk.refusal("PutJobSuccessResult", outputVariables={**most, "B": "2"}) == (
        "OutputVariablesSizeExceededException"
    )
    desk.call("PutJobSuccessResult", outputVariables=most)


def test_a_revision_is_refused_rather_than_dropped(desk: Desk) -> None:
    revision = {"revision": "1", "changeIdentifier": "1"}
    assert desk.refusal("PutJobSuccessResult", currentRevision=revision) == "ValidationException"
