"""The emulator is killed while each action in turn runs."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.faults.frail import (
    creations,
    eventually,
    frail_world,
    git_push,
    half_written,
    kill_emulator,
    left_processes,
    restart,
    runs,
    wanted,
)

from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.worlds import DEV, PROD, World

pytestmark = [pytest.mark.enable_socket]
Moment = Callable[[Folders, str, str], bool]


@pytest.fixture
def frail(tmp_path: Path) -> Iterator[World]:
    """An app whose pipeline is deployed, and will change with the next push."""
    try:
        yield frail_world(tmp_path)
    finally:
        stop_services(Folders(root=tmp_path / "rehearsal"))


def latest(folders: Folders, stage: str, action: str) -> list[str]:
    return [run["status"] for run in runs(folders) if (run["stage"], run["action"]) == (stage, action)][-1:]


def runs_now(folders: Folders, stage: str, action: str) -> bool:
    return latest(folders, stage, action) == ["InProgress"]


def begun(folders: Folders, stage: str, action: str) -> bool:
    """The action has just begun. It takes so little time that on a busy machine it may be over as well."""
    return latest(folders, stage, action) in (["InProgress"], ["Succeeded"])


def logged(words: str) -> Moment:
    """The action runs, and its log has come to ``words``."""

    def moment(folders: Folders, stage: str, action: str) -> bool:
        logs = sorted(
            folders.state.glob(f"logs/actions/*/*/*-{stage}-{action}.log"), key=lambda each: each.stat().st_mtime
        )
        return runs_now(folders, stage, action) and bool(logs) and words in logs[-1].read_text()

    return moment


def waits(folders: Folders, stage: str, action: str) -> bool:
    return runs_now(folders, stage, action) and bool(runs(folders)[-1]["token"])


def redefined(folders: Folders, stage: str, action: str) -> bool:
    """The action is changing the pipeline: the definition is new, the stack that it belongs to still old."""
    (pipeline,) = folders.state.glob("codepipeline/*/*/*/pipeline.json")
    return int(json.loads(pipeline.read_text())["pipeline"]["version"]) > 1


BUILDS = logged("Entering phase BUILD")
DEPLOYS = logged("CustomResource Late")
KILLS: list[tuple[str, str, Moment]] = [
    ("Source", "frail_app", begun),
    ("Build", "Synth", BUILDS),
    ("UpdatePipeline", "SelfMutate", BUILDS),
    ("UpdatePipeline", "SelfMutate", redefined),
    ("Assets", "Words", BUILDS),
    ("Dev", "frail-dev.Prepare", begun),
    ("Dev", "frail-dev.Deploy", DEPLOYS),
    ("Dev", "Smoke", BUILDS),
    ("Prod", "Approve", waits),
    ("Prod", "frail-prod.Prepare", begun),
    ("Prod", "frail-prod.Deploy", DEPLOYS),
]


def test_a_delivery_goes_on_after_a_kill_in_each_of_its_actions_and_deploys_nothing_twice(frail: World) -> None:
    folders, api = frail.folders, frail.rehearsal.api
    wanted(frail.work, "A check after dev", "Smoke")
    git_push(frail)
    goes_on = None
    for stage, action, moment in KILLS:
        where = f"{stage}/{action}"
        if action == "frail-prod.Prepare":
            (approval,) = eventually(api.approvals, "the approval")
            api.answer(approval, approved=True, summary="go")
        eventually(lambda: moment(folders, stage, action), f"the moment in {where}")  # noqa: B023 - called at once
        kill_emulator(folders)
        assert half_written(folders) == [], where
        goes_on = restart(frail)
        assert goes_on is not None, where
    assert goes_on is not None
    delivery = frail.rehearsal.go_on(goes_on, lambda *_: pytest.fail("nothing is to be approved"))
    assert delivery is not None
    assert delivery.succeeded, frail.rehearsal.explain(delivery)
    for account, stack in ((DEV, "frail-dev"), (PROD, "frail-prod")):
        assert frail.stacks(account) == {stack: "CREATE_COMPLETE"}
        made = creations(frail, account, stack)
        assert set(made.values()) == {1}, made
        buckets = frail.client("s3", account).list_buckets()["Buckets"]
        assert [each["Name"] for each in buckets if not each["Name"].startswith("cdk-")] == [stack]
    successes = Counter((run.name, run.status) for run in api.actions(delivery.execution) if run.status == "Succeeded")
    assert set(successes.values()) == {1}, successes
    lost = [run for run in api.actions(delivery.execution) if run.status == "Failed"]
    assert {run.summary for run in lost} == {"The emulator was stopped while this ran; retry the stage or push again"}
    stop_services(folders)
    assert left_processes(folders.root) == []
