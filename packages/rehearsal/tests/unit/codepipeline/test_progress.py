import threading
from pathlib import Path

import pytest
from tests.unit.codepipeline.records import ACCOUNT, KEY, eventually, stored
from tests.unit.engine.samples import execution, ran

from cdk_rehearsal.actions.contracts import ActionAbandonedError, JobResult
from cdk_rehearsal.codepipeline.jobs import Jobs
from cdk_rehearsal.codepipeline.progress import SUMMARY_CHARACTERS, RunProgress
from cdk_rehearsal.codepipeline.store import Store
from cdk_rehearsal.engine.execution import ActionStatus, Decision


def progress(folder: Path) -> RunProgress:
    run = ran("Gate", "Approve", ActionStatus.IN_PROGRESS)
    one = execution()
    one.actions.append(run)
    store, record = stored(folder, one)
    return RunProgress(store=store, jobs=Jobs(), accounts=frozenset({ACCOUNT}), record=record, execution=one, run=run)


def saved(folder: Path) -> str:
    (file,) = folder.rglob("executions/*.json")
    return file.read_text()


def test_what_an_action_reports_is_saved_and_cut_to_size(tmp_path: Path) -> None:
    found = progress(tmp_path)
    found.report(summary="x" * 3000, external_id="build", external_url="https://example.com")
    assert len(found.run.summary) == SUMMARY_CHARACTERS
    assert '"external_id":"build"' in saved(tmp_path)
    assert found.run.changed > 1.0


def test_nothing_new_is_no_change(tmp_path: Path) -> None:
    found = progress(tmp_path)
    found.report(summary="phase BUILD")
    first = found.run.changed
    found.report(summary="phase BUILD")
    found.report()
    assert (found.run.changed, found.run.summary) == (first, "phase BUILD")


def test_an_abandoned_action_hears_so_at_its_next_look(tmp_path: Path) -> None:
    found = progress(tmp_path)
    found.pause(0)
    found.run.status = ActionStatus.ABANDONED
    with pytest.raises(ActionAbandonedError):
        found.pause(0)


def test_an_approval_is_over_when_its_time_is(tmp_path: Path) -> None:
    found = progress(tmp_path)
    assert found.decide("token", 0.01) is None
    assert '"token":"token"' in saved(tmp_path)


def test_a_waiting_approval_hears_its_answer(tmp_path: Path) -> None:
    found = progress(tmp_path)
    decision = Decision(status="Approved", summary="fine", by="somebody")
    answers: list[Decision | None] = []
    waiting = threading.Thread(target=lambda: answers.append(found.decide("token", 60)))
    waiting.start()
    eventually(lambda: found.run.token == "token")
    with found.store.held():
        found.run.decision = decision
        found.store.save_execution(found.record, found.execution)
    waiting.join()
    assert answers == [decision]


def test_a_waiting_approval_is_given_up_when_the_emulator_stops(tmp_path: Path) -> None:
    found = progress(tmp_path)
    ended: list[bool] = []

    def wait() -> None:
        with pytest.raises(ActionAbandonedError):
            found.decide("token", 60)
        ended.append(True)

    waiting = threading.Thread(target=wait)
    waiting.start()
    eventually(lambda: found.run.token == "token")
    found.store.give_up()
    waiting.join()
    assert ended
    assert isinstance(found.store, Store)
    assert found.store.find(KEY) is found.record


def test_a_job_is_waited_for_until_it_is_reported_or_its_time_is_over(tmp_path: Path) -> None:
    found = progress(tmp_path)
    job = found.open_job(dict)
    assert found.job_result(job, 0.01) is None
    results: list[JobResult | None] = []
    waiting = threading.Thread(target=lambda: results.append(found.job_result(job, 60)))
    waiting.start()
    with found.store.held():
        found.jobs.get(job, ACCOUNT).result = JobResult(summary="done")
        found.store.wake()
    waiting.join()
    assert results == [JobResult(summary="done")]


def test_how_much_is_done_is_kept_until_more_is(tmp_path: Path) -> None:
    found = progress(tmp_path)
    found.report(percent=40)
    found.report(summary="further")
    assert found.run.percent == 40
