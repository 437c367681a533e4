import pytest

from tests.unit.tap_stack.synthesis import Workload, workload


@pytest.fixture
def dev() -> Workload:
    return workload("dev")


@pytest.fixture
def prod() -> Workload:
    return workload("prod")


@pytest.fixture(params=["dev", "prod"])
def stage(request: pytest.FixtureRequest) -> Workload:
    """Each stage in turn, for promises that hold in every one."""
    return workload(request.param)
