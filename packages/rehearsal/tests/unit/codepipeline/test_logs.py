from pathlib import Path

import pytest
from tests.unit.codepipeline.records import configuration

from cdk_rehearsal.codepipeline.logs import action_log, new_action_log
from cdk_rehearsal.errors import RehearsalError


def written(folder: Path, number: int, stage: str, action: str) -> Path:
    path = new_action_log(
        configuration(folder), pipeline="delivery", execution="e-1", number=number, stage=stage, action=action
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_logs_are_numbered_in_start_order(tmp_path: Path) -> None:
    assert written(tmp_path, 3, "Dev", "tap.Prepare").name == "03-Dev-tap.Prepare.log"


def test_the_latest_run_of_an_action_is_found(tmp_path: Path) -> None:
    for number in (2, 9, 11, 100):
        latest = written(tmp_path, number, "Dev", "Check")
    written(tmp_path, 101, "Prod-Dev", "Check")
    assert action_log(configuration(tmp_path), "delivery", "e-1", "Dev", "Check") == latest


def test_an_action_that_has_not_started_has_no_log(tmp_path: Path) -> None:
    with pytest.raises(RehearsalError, match="action Check of stage Dev has no log in execution e-1"):
        action_log(configuration(tmp_path), "delivery", "e-1", "Dev", "Check")
