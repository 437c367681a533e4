import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli import cdk_version

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.worlds import World, committed, write_json

SAMPLE = Path(__file__).parent / "sample"
WANTED = {"greeting": "hello", "broken": False, "checks": [], "cli": cdk_version()}
ODD = 'it\'s $5 (or so); "ok"'
"""A folder's name that shells read in many ways."""
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small app, its pipeline deployed, nothing delivered yet."""
    root = tmp_path_factory.mktemp("sample") / ODD
    root.mkdir()
    shutil.copytree(SAMPLE, root / "work", ignore=shutil.ignore_patterns("__pycache__"))
    write_json(root / "work" / "wanted.json", WANTED)
    write_json(root / "everything.json", EVERYTHING)
    work = committed(root / "work", "The sample")
    everything = (root / "everything.json",)
    yield from world_of(work, root / "rehearsal", ExecutionPolicies(pipeline=everything, stage=everything))


def world_of(work: Path, root: Path, policies: ExecutionPolicies) -> Iterator[World]:
    try:
        yield World.of(work, root, policies=policies)
    finally:
        stop_services(Folders(root=root))
