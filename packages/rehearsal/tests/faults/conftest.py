from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codepipeline.emulated import Emulator
from tests.codepipeline.shop import Shop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these with the other deep tests: a killed delivery and its recovery take half a minute each."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.deep)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A small cloud in an emulator of the test's own."""
    emulator = Emulator(tmp_path)
    emulator.start()
    try:
        yield Shop(emulator, tmp_path / "copies")
    finally:
        emulator.stop()
