import json
from collections.abc import Iterator

import pytest

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.fixtures import account, emulator, postgres
from cdk_rehearsal.testing.worlds import ELSEWHERE, World, committed, copy_of_repository, write_json
from tests.delivery.own import DISPOSABLE
from tests.synthesis import ROOT

__all__ = ["account", "emulator", "postgres", "tap"]


@pytest.fixture(scope="session")
def tap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """This repository, its pipeline deployed, nothing delivered yet; one stage lives in another Region."""
    root = tmp_path_factory.mktemp("tap")
    (root / "work").mkdir()
    work = copy_of_repository(ROOT, root / "work")
    settings = json.loads((work / "cdk.json").read_text())
    settings["context"]["delivery"]["stages"][DISPOSABLE.name]["region"] = ELSEWHERE
    write_json(work / "cdk.json", settings)
    committed(work, "A stage elsewhere")
    shipped = ROOT / "bootstrap"
    stage = tuple(sorted(shipped.glob("stage-*.json")))
    policies = ExecutionPolicies(pipeline=(shipped / "tools.json",), stage=stage)
    try:
        world = World.of(work, root / "rehearsal", policies=policies)
        world.regions = {DISPOSABLE.account: ELSEWHERE}
        yield world
    finally:
        stop_services(Folders(root=root / "rehearsal"))
