"""Pipelines of other kinds than a source connection and a stage, each carried from a push to its end."""

import shutil
from pathlib import Path

import pytest

from rehearsal.driver.accounts import ExecutionPolicies
from rehearsal.driver.folders import Folders
from rehearsal.driver.services import stop_services
from tests.rehearsal.deliveries.worlds import World, committed, results

pytestmark = [pytest.mark.enable_socket]
APP = Path(__file__).parent / "kinds"


def app(folder: Path) -> Path:
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "greeting").write_text("hello\n")
    return committed(folder, "Greet")


def test_a_push_becomes_the_object_that_starts_a_pipeline(tmp_path: Path) -> None:
    work, root = app(tmp_path / "work"), tmp_path / "rehearsal"
    try:
        world = World.of(work, root, policies=ExecutionPolicies(), pipeline="ObjectPipeline")
        for greeting in ("hello", "good evening"):
            (work / "greeting").write_text(f"{greeting}\n")
            committed(work, f"Say {greeting}")
            delivery = world.push()
            assert results(delivery) == {"Source · Object": "Succeeded", "Greet · Greet": "Succeeded"}
            assert delivery.runs[-1].summary == greeting
    finally:
        stop_services(Folders(root=root))
