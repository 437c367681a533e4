"""Emulators for the tests of builds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.codebuild.site import Emulator, configuration, start

from cdk_rehearsal.emulator.config import EmulatorConfig


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    running = start(configuration(tmp_path_factory.mktemp("emulator")))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[Callable[..., Emulator]]:
    """Start emulators of a test's own; all are stopped after it."""
    running: list[Emulator] = []

    def new(config: EmulatorConfig | None = None) -> Emulator:
        running.append(start(config or configuration(tmp_path)))
        return running[-1]

    yield new
    for each in running:
        if each.process.poll() is None:
            each.stop()
