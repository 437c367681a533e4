import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.driver.accounts import ExecutionPolicies
from rehearsal.driver.folders import Folders
from rehearsal.driver.services import stop_services
from tests.rehearsal.deliveries.worlds import DEV, ELSEWHERE, World, committed, copy_of_this_repository, write_json
from tests.synthesis import ROOT

SAMPLE = Path(__file__).parent / "sample"
CLI = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]
WANTED = {"greeting": "hello", "broken": False, "checks": [], "cli": CLI}
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="session")
def tap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """This repository, its pipeline deployed, nothing delivered yet; dev lives in another region than prod."""
    root = tmp_path_factory.mktemp("tap")
    (root / "work").mkdir()
    work = copy_of_this_repository(root / "work")
    settings = json.loads((work / "cdk.json").read_text())
    settings["context"]["delivery"]["dev"]["region"] = ELSEWHERE
    write_json(work / "cdk.json", settings)
    committed(work, "dev elsewhere")
    shipped = ROOT / "bootstrap"
    stage = tuple(sorted(shipped.glob("stage-*.json")))
    policies = ExecutionPolicies(pipeline=(shipped / "tools.json",), stage=stage)
    for world in _world(work, root / "rehearsal", policies):
        world.regions = {DEV: ELSEWHERE}
        yield world


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small app, its pipeline deployed, nothing delivered yet."""
    root = tmp_path_factory.mktemp("sample")
    shutil.copytree(SAMPLE, root / "work", ignore=shutil.ignore_patterns("__pycache__"))
    write_json(root / "work" / "wanted.json", WANTED)
    write_json(root / "everything.json", EVERYTHING)
    work = committed(root / "work", "The sample")
    everything = (root / "everything.json",)
    yield from _world(work, root / "rehearsal", ExecutionPolicies(pipeline=everything, stage=everything))


def _world(work: Path, root: Path, policies: ExecutionPolicies) -> Iterator[World]:
    try:
        yield World.of(work, root, policies=policies)
    finally:
        stop_services(Folders(root=root))
