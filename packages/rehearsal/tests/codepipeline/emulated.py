"""An emulator in a process of its own, and what tests of pipelines do with it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.testing.harness import wait_for_answer

T = TypeVar("T")
REGION = "eu-west-1"
TOOLS, DEV = "111111111111", "222222222222"
PATIENCE_SECONDS = 30.0
SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], T | None], what: str) -> T:
    """Return what ``look`` finds, as soon as it finds something."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: nothing within {PATIENCE_SECONDS:.0f} s")


class Emulator:
    """One emulator process and its state."""

    def __init__(self, folder: Path) -> None:
        self.config = EmulatorConfig(port=free_port(), region=REGION, state_dir=folder / "state")
        self._file = folder / "emulator.json"
        self.config.save(self._file)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *program: str) -> None:
        """Start it, with ``program`` in place of Python's own way to run a module."""
        command = [sys.executable, *(program or ("-m", "cdk_rehearsal.emulator")), "--config", str(self._file)]
        self._process = subprocess.Popen(command)
        try:
            wait_for_answer(self._process, self.config.port)
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=PATIENCE_SECONDS)
        finally:
            self.kill()

    def client(self, service: str, account: str = TOOLS, credentials: Mapping[str, str] | None = None) -> Any:
        made = client(
            service,
            endpoint=self.config.endpoint,
            region=REGION,
            credentials=credentials or self.config.root(account),
        )
        if service == "codepipeline":
            made.meta.events.register("before-parse.codepipeline", partial(check_answer))
        return made


def check_answer(operation_model: Any, response_dict: Mapping[str, Any], **_: Any) -> None:
    """Hold an answer against botocore's service model: nothing missing, nothing unknown, nothing of another type."""
    if response_dict["status_code"] == 200:
        answer = json.loads(response_dict["body"])
        problems = list(deviations(answer, operation_model.output_shape, operation_model.name))
        assert not problems, problems


def deviations(value: Any, shape: Shape | None, place: str) -> Iterator[str]:
    if shape is None:
        if value != {}:
            yield f"{place}: {value!r} where nothing is answered"
    elif isinstance(shape, StructureShape):
        yield from (f"{place}.{name}: unknown" for name in value.keys() - shape.members.keys())
        yield from (f"{place}.{name}: missing" for name in set(shape.required_members) - value.keys())
        for name in value.keys() & shape.members.keys():
            yield from deviations(value[name], shape.members[name], f"{place}.{name}")
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield from deviations(item, shape.member, f"{place}.{index}")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from deviations(item, shape.value, f"{place}.{key}")
    elif not isinstance(value, SCALARS[shape.type_name]) or (
        isinstance(shape, StringShape) and not _fits(value, shape)
    ):
        yield f"{place}: {value!r} is no {shape.name}"


def _fits(value: Any, shape: Shape) -> bool:
    if not isinstance(shape, StringShape):
        return True
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", len(value))
    return least <= len(value) <= most and (not shape.enum or value in shape.enum)
