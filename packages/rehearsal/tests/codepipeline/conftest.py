from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codepipeline.emulated import Emulator
from tests.codepipeline.shop import Shop


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test in this folder talks to an emulator of its own, on loopback alone."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    emulator = Emulator(folder)
    emulator.start()
    try:
        yield Shop(emulator, folder / "copies")
    finally:
        emulator.stop()
