from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codepipeline.emulated import Emulator
from tests.codepipeline.shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A small cloud in an emulator of the test's own."""
    emulator = Emulator(tmp_path)
    emulator.start()
    try:
        yield Shop(emulator, tmp_path / "copies")
    finally:
        emulator.stop()
