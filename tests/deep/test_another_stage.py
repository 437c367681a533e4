"""A copy of this repository with another stage, delivered from a push to the last stage."""

import json
from pathlib import Path

import pytest

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.worlds import World, committed, copy_of_repository, git, results
from tests.synthesis import ROOT

pytestmark = [pytest.mark.enable_socket]
BOOTSTRAP = ROOT / "bootstrap"


def test_another_stage_is_delivered_to_in_its_turn(tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    work, root = copy_of_repository(ROOT, tmp_path / "work"), tmp_path / "rehearsal"
    git(work, "apply", "docs/changes/add-a-stage.diff")
    committed(work, "Add a stage")
    stage = tuple(sorted(BOOTSTRAP.glob("stage-*.json")))
    try:
        world = World.of(work, root, policies=ExecutionPolicies(pipeline=(BOOTSTRAP / "tools.json",), stage=stage))
        delivery = world.push()
        assert delivery.succeeded, world.rehearsal.explain(delivery)
        places = json.loads((work / "cdk.json").read_text())["context"]["delivery"]["stages"]
        stages = [run.partition(" · ")[0] for run in results(delivery)]
        assert list(dict.fromkeys(stages))[4:] == [name.capitalize() for name in places]
        added = [run for run in results(delivery) if run.startswith("Staging · ")]
        actions = ("Approve", "staging-tap.Prepare", "staging-tap.Deploy", "Check")
        assert added == [f"Staging · {action}" for action in actions]
        assert world.stacks(places["staging"]["account"]) == {"staging-tap": "CREATE_COMPLETE"}
    finally:
        stop_services(Folders(root=root))
