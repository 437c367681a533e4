"""Pipelines of other kinds than a source connection and a stage, each carried from a push to its end."""

import shutil
from pathlib import Path

import pytest

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.console import Progress
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.pipeline_api import WaitingRule
from cdk_rehearsal.driver.rehearsal import Decision
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.worlds import IDENTITY, World, committed, results

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


@pytest.mark.parametrize(
    ("chosen", "source"), [("ObjectPipeline", "Object"), ("CommittedPipeline", "Commit"), ("TokenPipeline", "Files")]
)
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


def test_a_condition_holds_a_delivery_up_until_it_is_overridden_as_the_driver_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, root = app(tmp_path / "work"), tmp_path / "rehearsal"
    held_up = Progress.held_up

    def pass_it(self: Progress, rule: WaitingRule, execution: str, pipeline: str) -> None:
        held_up(self, rule, execution, pipeline)
        words = world.said.getvalue().split("override:  aws codepipeline ")[1].split("\n")[0].split(" ")
        # What the AWS CLI makes of the line.
        members = {_camel(name): value for name, value in zip(words[1::2], words[2::2], strict=True)}
        world.client("codepipeline", "5" * 12).override_stage_condition(**members)

    monkeypatch.setattr(Progress, "held_up", pass_it)
    try:
        world = World.of(work, root, policies=ExecutionPolicies(), pipeline="ConditionalPipeline")
        delivery = world.push()
        assert delivery.succeeded, world.rehearsal.explain(delivery)
        actions = ["Source · Files", "Greet · Greet", "Shout · Shout", "Shout · Tell"]
        assert results(delivery) == dict.fromkeys(actions, "Succeeded")
        assert "HELLO" in world.log(delivery, "Tell")
        assert "… Greet · Window: Waits for the deployment window 0 0 0 1 1 ? 1970 (UTC)" in world.said.getvalue()
        states = {each["stageName"]: each["latestExecution"]["status"] for each in world.rehearsal.api.stages()}
        assert states == {"Source": "Succeeded", "Greet": "Succeeded", "Shout": "Succeeded", "Release": "Skipped"}
    finally:
        stop_services(Folders(root=root))


def test_a_build_of_a_delivery_sees_the_history_of_the_repository(tmp_path: Path) -> None:
    work, root = app(tmp_path / "work"), tmp_path / "rehearsal"
    try:
        world = World.of(work, root, policies=ExecutionPolicies(), pipeline="ClonedPipeline")
        world.push()
        saying(work, "good evening")
        delivery = world.push()
        assert delivery.succeeded, world.rehearsal.explain(delivery)
        assert "commits: Say good evening Say hello" in world.log(delivery, "Count")
    finally:
        stop_services(Folders(root=root))


def _camel(option: str) -> str:
    first, *rest = option.removeprefix("--").split("-")
    return first + "".join(word.title() for word in rest)
