"""Apps of one shape each, from a push to the last stage under a plain bootstrap; asserted is what a shape is about."""

import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from tests.cli import cdk_version

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.pipeline_api import ActionRun
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.testing.worlds import ELSEWHERE, HOME, World, caches, committed, results, write_json

pytestmark = [pytest.mark.enable_socket]
APPS = Path(__file__).parents[1] / "apps"
ACCOUNT = "4" * 12
BUILT = ["Source · acme_app", "Build · Synth"]
Rehearse = Callable[[str], World]


@pytest.fixture
def rehearse(tmp_path: Path) -> Iterator[Rehearse]:
    """Deploy the pipeline of the app of a shape; nothing is delivered yet."""
    work = tmp_path / "work"
    # Inside the app, as the command line has it: what the app's package manager installed is found from there.
    root = work / ".rehearsal"

    def rehearse(shape: str) -> World:
        ignore = shutil.ignore_patterns("__pycache__", "node_modules")
        shutil.copytree(APPS / shape, work, ignore=ignore, dirs_exist_ok=True)
        return World.of(committed(work, f"An app: {shape}"), root, policies=ExecutionPolicies())

    shutil.copytree(APPS / "common", work, ignore=shutil.ignore_patterns("__pycache__"))
    yield rehearse
    stop_services(Folders(root=root))


def delivered(world: World) -> Delivery:
    delivery = world.push()
    assert delivery.succeeded, world.rehearsal.explain(delivery)
    return delivery


def parameter(world: World, name: str, region: str = HOME) -> str:
    value: str = world.client("ssm", ACCOUNT, region).get_parameter(Name=name)["Parameter"]["Value"]
    return value


def run(delivery: Delivery, name: str) -> ActionRun:
    (found,) = [each for each in delivery.runs if each.name == name]
    return found


def ended_before(delivery: Delivery, first: str, second: str) -> bool:
    ended = run(delivery, first).ended
    assert ended is not None
    return ended <= run(delivery, second).started


def test_one_stack(rehearse: Rehearse, tmp_path: Path) -> None:
    write_json(tmp_path / "work" / "cli.json", cdk_version())
    world = rehearse("one_stack")
    assert list(results(delivered(world))) == [
        *BUILT,
        "UpdatePipeline · SelfMutate",
        "Only · Prepare",
        "Only · Deploy",
    ]
    assert parameter(world, "word") == "delivered"


def test_many_stacks_are_deployed_in_the_order_of_their_dependencies(rehearse: Rehearse) -> None:
    world = rehearse("many_stacks")
    delivery = delivered(world)
    assert list(results(delivery)) == [
        *BUILT,
        *(f"Shop · shop-{stack}.{step}" for stack in ("network", "data", "service") for step in ("Prepare", "Deploy")),
    ]
    assert ended_before(delivery, "Shop · shop-network.Deploy", "Shop · shop-data.Prepare")
    assert ended_before(delivery, "Shop · shop-data.Deploy", "Shop · shop-service.Prepare")
    ground = parameter(world, parameter(world, parameter(world, "address")))
    assert ground == "10.0.0.0/16", "each stack was given what the one before exports"


def test_stages_of_a_wave_are_deployed_side_by_side_and_the_next_wave_after_them(rehearse: Rehearse) -> None:
    world = rehearse("waves")
    delivery = delivered(world)
    towns = ("Bern", "Rome")
    for step in ("Prepare", "Deploy"):
        bern, rome = (run(delivery, f"First · {town}.town-{town.lower()}.{step}") for town in towns)
        assert bern.ended is not None
        assert rome.ended is not None
        assert max(bern.started, rome.started) <= min(bern.ended, rome.ended), "both ran at once"
    for town in towns:
        assert ended_before(delivery, f"First · {town}.town-{town.lower()}.Deploy", "Oslo · Prepare")
    assert [parameter(world, f"/towns/{town}") for town in (*towns, "Oslo")] == ["Bern", "Rome", "Oslo"]


def test_each_of_two_regions_holds_its_own_stack(rehearse: Rehearse) -> None:
    world = rehearse("two_regions")
    delivered(world)
    for region, name in ((HOME, "Near"), (ELSEWHERE, "Far")):
        assert parameter(world, "place", region) == f"{name} in {region}"
        (stack,) = world.client("cloudformation", ACCOUNT, region).describe_stacks(StackName="place")["Stacks"]
        assert (stack["StackStatus"], stack["StackId"].split(":")[3]) == ("CREATE_COMPLETE", region)


def test_an_app_in_typescript(rehearse: Rehearse, tmp_path: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy2(APPS / "typescript" / name, tmp_path / "work")
    install = ["npm", "ci", "--prefer-offline", "--silent"]
    subprocess.run(install, cwd=tmp_path / "work", env={**caches(), **os.environ}, check=True)
    world = rehearse("typescript")
    assert list(results(delivered(world))) == [
        "Source · acme_typed",
        "Build · Synth",
        "Stage · Prepare",
        "Stage · Deploy",
    ]
    assert parameter(world, "word") == "typed"


def test_files_and_folders_arrive_as_they_were_committed(rehearse: Rehearse) -> None:
    world = rehearse("assets")
    delivery = delivered(world)
    assert [run.stage for run in delivery.runs].count("Assets") == 2
    (stack,) = world.client("cloudformation", ACCOUNT).describe_stacks(StackName="assets")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    def content(name: str) -> bytes:
        place = {"Bucket": outputs[f"Bucket{name}"], "Key": outputs[f"Key{name}"]}
        found: bytes = world.client("s3", ACCOUNT).get_object(**place)["Body"].read()
        return found

    assert content("File") == (APPS / "assets" / "words.txt").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content("Folder"))) as archive:
        found = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    assert found == {"one.txt": b"one\n", "deep/two.txt": b"two\n"}


def test_steps_run_before_and_after_their_stage_and_hand_on_files_and_outputs(rehearse: Rehearse) -> None:
    world = rehearse("steps")
    delivery = delivered(world)
    order = [f"Stage · {each}" for each in ("Pages", "Approve", "steps.Prepare", "steps.Deploy", "Check")]
    assert list(results(delivery)) == [*BUILT, *order]
    assert all(ended_before(delivery, first, second) for first, second in pairwise(order))
    (preview,) = world.previews["Stage"]
    assert [change.type for change in preview.changes] == ["AWS::SSM::Parameter"]
    log = world.log(delivery, "Check")
    assert "built by a step\n" in log
    assert "checked at https://shop.example.com\n" in log


def test_a_pipeline_that_does_not_mutate_itself_keeps_its_stages_until_somebody_deploys_it(rehearse: Rehearse) -> None:
    world = rehearse("unmutated")
    delivered(world)
    (world.work / "second").touch()
    committed(world.work, "A second stage")
    assert list(results(delivered(world))) == [*BUILT, "First · Prepare", "First · Deploy"]
    assert world.rehearsal.api.definition()["version"] == 1
    assert world.stacks(ACCOUNT) == {"Pipeline": "CREATE_COMPLETE", "stage-first": "CREATE_COMPLETE"}
    assert json.loads((world.folders.assembly / "manifest.json").read_text())["artifacts"].keys() >= {"assembly-First"}
