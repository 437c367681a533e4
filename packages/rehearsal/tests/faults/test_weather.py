"""An AWS that throttles, fails, is slow and cuts connections, between the emulator and whoever asks it."""

import json
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.codepipeline.emulated import free_port
from tests.faults.frail import PATIENCE_SECONDS, eventually, frail_world, wanted

from cdk_rehearsal.driver import services
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import start
from cdk_rehearsal.driver.services import stop_services
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.testing.worlds import DEV, PROD, World

pytestmark = [pytest.mark.enable_socket]
THROTTLED = {"error": {"code": "ThrottlingException", "status": 400}}
BROKEN = {"error": {"code": "InternalFailure", "status": 500}}
CUT_OFF = {"reset": True}
MET: dict[str, dict[str, Any]] = {
    "cloudformation": {"error": {"code": "Throttling", "status": 400}},
    "codebuild": CUT_OFF,
    "codepipeline": THROTTLED,
    "iam": BROKEN,
    "kms": THROTTLED,
    "lambda": CUT_OFF,
    "logs": THROTTLED,
    "s3": {"error": {"code": "SlowDown", "status": 503}},
    "ssm": CUT_OFF,
    "sts": BROKEN,
}
"""What meets the first of each ten calls of a service; it is the next attempt's turn then, and that is let through."""
Rule = dict[str, Any]


class Weather:
    """The proxy in front of the emulator."""

    def __init__(self) -> None:
        self.endpoint = ""
        self.process: subprocess.Popen[bytes] | None = None

    def stand_before(self, upstream: int, config: EmulatorConfig, log: Path) -> None:
        """Take the place of the emulator that listens at ``upstream`` instead."""
        self.endpoint = config.endpoint
        program = str(Path(sys.executable).with_name("microburst"))
        command = [program, "--host", "127.0.0.1", "--port", str(config.port)]
        # It passes uploads on without their length, which is signed, unless it records what it passes on.
        record = ["--record", str(log.with_name("weather"))]
        command += ["--upstream", f"http://127.0.0.1:{upstream}", "--no-resign", *record]
        with log.open("wb") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)

    def set(self, *rules: Rule) -> None:
        self._ask("rules", method="POST", body=json.dumps(rules).encode())
        self._ask("fired", method="DELETE")

    def fired(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._ask("fired")
        return found

    def _ask(self, path: str, *, method: str = "GET", body: bytes | None = None) -> Any:
        request = urllib.request.Request(f"{self.endpoint}/_microburst/{path}", data=body, method=method)  # noqa: S310
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            return json.load(answer)


@pytest.fixture(scope="module")
def weather() -> Weather:
    return Weather()


@pytest.fixture(scope="module")
def world(weather: Weather, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    root = tmp_path_factory.mktemp("weather")
    folders = Folders(root=root / "rehearsal")

    def behind(command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], cwd: Path) -> Any:
        upstream = free_port()
        process = start([*command, "--listen", str(upstream)], log=log, env=env, cwd=cwd)
        eventually(lambda: not services._is_free(upstream), "the emulator")
        weather.stand_before(upstream, EmulatorConfig.load(folders.config), log.with_name("weather.log"))
        return process

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "start", behind)
        try:
            yield frail_world(root)
        finally:
            stop_services(folders)
            if weather.process is not None:
                weather.process.kill()
                weather.process.wait()


def test_a_service_that_fails_altogether_fails_the_delivery_there_by_name_and_a_retry_completes_it(
    weather: Weather, world: World
) -> None:
    weather.set({"service": "codebuild", "error": {"code": "ServiceUnavailable", "status": 503}})
    began = time.monotonic()
    delivery = world.push()
    assert time.monotonic() - began < PATIENCE_SECONDS
    (failed,) = delivery.failures()
    assert failed.name == "Build · Synth"
    assert "StartBuild: ServiceUnavailable" in world.rehearsal.explain(delivery)
    assert len(weather.fired()) == 5, "as often as AWS's own clients ask again"
    weather.set()
    world.rehearsal.api.retry(delivery.execution, failed.stage)
    again = world.rehearsal.go_on(delivery.execution, lambda *_: world.answer)
    assert again is not None
    assert again.succeeded, world.rehearsal.explain(again)


def test_one_call_in_ten_that_is_throttled_fails_or_is_cut_off_stops_no_delivery(
    weather: Weather, world: World
) -> None:
    slow = {"service": "*", "probability": 0.1, "latency": {"min": 50, "max": 500}}
    rules = [{"service": service, "sequence": {"fail": 1, "pass": 9}, **what} for service, what in MET.items()]
    weather.set(*rules, slow)
    wanted(world.work, "A check after dev", "Smoke")
    delivery = world.push()
    assert delivery.succeeded, world.rehearsal.explain(delivery)
    met = Counter(each["service"] for each in weather.fired() if not each["action"].startswith("latency"))
    assert met.keys() >= {"cloudformation", "codebuild", "codepipeline", "logs", "s3", "sts"}, met
    weather.set()
    for account, stack in ((DEV, "frail-dev"), (PROD, "frail-prod")):
        assert world.stacks(account)[stack].endswith("_COMPLETE")
