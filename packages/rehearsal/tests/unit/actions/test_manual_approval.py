from pathlib import Path

import pytest
from tests.unit.actions.stand_ins import Reports, context, log_of
from tests.unit.engine.samples import approval

from cdk_rehearsal.actions import manual_approval
from cdk_rehearsal.actions.contracts import ActionFailedError
from cdk_rehearsal.engine.execution import Decision

WEEK = 7 * 24 * 3600


def test_an_approval_waits_a_week_unless_told_otherwise(tmp_path: Path) -> None:
    reports = Reports(decision=Decision(status="Approved", summary="fine", by="somebody"))
    assert manual_approval.run(context(tmp_path, approval(), reports=reports)).summary == "fine"
    assert reports.said[-1]["timeout"] == WEEK
    manual_approval.run(context(tmp_path, approval(timeout_in_minutes=5), reports=reports))
    assert reports.said[-1]["timeout"] == 300


def test_every_approval_has_a_token_of_its_own(tmp_path: Path) -> None:
    reports = Reports(decision=Decision(status="Approved", summary="", by="somebody"))
    for _ in range(2):
        manual_approval.run(context(tmp_path, approval(), reports=reports))
    assert len({each["token"] for each in reports.said}) == 2


def test_an_approval_that_nobody_answers_fails(tmp_path: Path) -> None:
    with pytest.raises(ActionFailedError, match="Nobody answered the approval within 10080 minutes"):
        manual_approval.run(context(tmp_path, approval()))


def test_a_rejection_fails_with_its_summary(tmp_path: Path) -> None:
    reports = Reports(decision=Decision(status="Rejected", summary="not today", by="arn:aws:iam::1:user/x"))
    found = context(tmp_path, approval(), reports=reports)
    with pytest.raises(ActionFailedError, match=r"^not today$"):
        manual_approval.run(found)
    assert "Rejected by arn:aws:iam::1:user/x: not today" in log_of(found)


def test_a_rejection_without_a_word_still_says_something(tmp_path: Path) -> None:
    reports = Reports(decision=Decision(status="Rejected", summary="", by="somebody"))
    with pytest.raises(ActionFailedError, match="Rejected without a summary"):
        manual_approval.run(context(tmp_path, approval(), reports=reports))
