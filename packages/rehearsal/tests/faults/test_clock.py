"""A machine's clock that is set while a pipeline runs, as a laptop's is when it wakes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codepipeline.emulated import Emulator
from tests.codepipeline.shop import Shop
from tests.faults.frail import eventually
from tests.faults.test_volumes import built, delivered

pytestmark = [pytest.mark.enable_socket]
HOUR = 3600
# The emulator as always, but for its wall clock: a file says by how many seconds that is off.
PROGRAM = """
import runpy, sys, time
from pathlib import Path
true, off = time.time, Path(sys.argv.pop(1))
time.time = lambda: true() + float(off.read_text())
runpy.run_module("cdk_rehearsal.emulator", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """How far the clock is off, in seconds."""
    file = tmp_path / "off"
    file.write_text("0")
    return file


@pytest.fixture
def shop(tmp_path: Path, clock: Path) -> Iterator[Shop]:
    """A small cloud whose clock can be set."""
    emulator = Emulator(tmp_path)
    emulator.start("-c", PROGRAM, str(clock))
    try:
        yield Shop(emulator, tmp_path / "copies")
    finally:
        emulator.stop()


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_delivery_goes_on_when_the_clock_is_set_while_a_build_runs(shop: Shop, clock: Path, hours: int) -> None:
    built(shop, "sleep 2")
    delivered(shop)
    execution = shop.start("delivery")

    def builds() -> bool:
        return bool(shop.state("delivery", "Build").get("latestExecution", {}).get("status") == "InProgress")

    eventually(builds, "the build")
    later = clock.with_name("later")
    later.write_text(str(hours * HOUR))
    later.replace(clock)  # as a whole: the emulator reads it all the time
    runs = delivered(shop)
    assert runs["Build"]["pipelineExecutionId"] == execution
    took = runs["Build"]["lastUpdateTime"] - runs["Build"]["startTime"]
    assert round(took.total_seconds() / HOUR) == hours  # the clock really was set
    assert len(shop.emulator.client("codebuild").list_builds()["ids"]) == 2
    shop.start("delivery")
    delivered(shop)
