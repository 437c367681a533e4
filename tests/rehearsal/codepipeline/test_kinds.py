"""Pipelines of other kinds than a source connection and a stage, each carried from a push to its end."""

import shutil
from pathlib import Path

import pytest

from rehearsal.driver.accounts import ExecutionPolicies
from rehearsal.driver.folders import Folders
from rehearsal.driver.rehearsal import Decision
from rehearsal.driver.repository import Repository
from rehearsal.driver.services import stop_services
from tests.rehearsal.deliveries.worlds import IDENTITY, World, committed, results

pytestmark = [pytest.mark.enable_socket]
APP = Path(__file__).parent / "kinds"


def app(folder: Path) -> Path:
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return saying(folder, "hello")


def saying(folder: Path, greeting: str) -> Path:
    """A repository whose newest commit says so."""
    folder.mkdir(exist_ok=True)
    (folder / "greeting").write_text(f"{greeting}\n")
    return committed(folder, f"Say {greeting}")


@pytest.mark.parametrize(("chosen", "source"), [("ObjectPipeline", "Object"), ("CommittedPipeline", "Commit")])
def test_a_push_reaches_the_source_that_starts_a_pipeline(tmp_path: Path, chosen: str, source: str) -> None:
    work, root = app(tmp_path / "work"), tmp_path / "rehearsal"
    try:
        world = World.of(work, root, policies=ExecutionPolicies(), pipeline=chosen)
        for greeting in ("hello", "good evening"):
            saying(work, greeting)
            delivery = world.push()
            assert results(delivery) == {f"Source · {source}": "Succeeded", "Greet · Greet": "Succeeded"}
            assert delivery.runs[-1].summary == greeting
    finally:
        stop_services(Folders(root=root))


def test_a_push_brings_the_newest_of_every_other_source_along(tmp_path: Path) -> None:
    work, root = app(tmp_path / "work"), tmp_path / "rehearsal"
    words, extras = saying(tmp_path / "words", "dear"), saying(tmp_path / "extras", "friends")
    try:
        world = World.of(
            work,
            root,
            policies=ExecutionPolicies(),
            pipeline="JoinedPipeline",
            others={"Words": words, "Extras": extras},
        )
        assert world.rehearsal.api.newest_execution() is None
        delivery = world.push()
        assert delivery.succeeded, world.rehearsal.explain(delivery)
        assert delivery.runs[-1].summary == "hello, dear, friends"

        # Whoever pushes to another repository starts the pipeline as well, with the newest of the app's.
        saying(words, "my")
        bare = world.rehearsal.config.repositories / "acme" / "words.git"
        Repository.open(words, {**world.rehearsal.environment(), **IDENTITY}).push(bare, "main")
        newest = world.rehearsal.api.newest_execution()
        assert newest not in {None, delivery.execution}
        followed = world.rehearsal.go_on(str(newest), lambda *_: Decision())
        assert followed is not None
        assert followed.runs[-1].summary == "hello, my, friends"
    finally:
        stop_services(Folders(root=root))
