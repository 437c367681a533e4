from pathlib import Path

import pytest

from tests.unit.tap_stack.workload import Workload, read_workload


@pytest.fixture(scope="session")
def dev(assembly: Path) -> Workload:
    return read_workload(assembly, "dev")


@pytest.fixture(scope="session")
def prod(assembly: Path) -> Workload:
    return read_workload(assembly, "prod")


@pytest.fixture(params=["dev", "prod"])
def stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage in turn, for promises that hold in every one."""
    return read_workload(assembly, request.param)
