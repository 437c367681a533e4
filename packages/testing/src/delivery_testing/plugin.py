"""Pytest hooks: start long groups of tests first, and let subprocesses import what the tests import."""

import os

import hypothesis
import pytest
from xdist.remote import Producer

from delivery_testing.grouping import GroupScheduling, arranged


def pytest_configure(config: pytest.Config) -> None:
    """Judge no test by a clock, and hand the suite's import path to the processes that its tests start."""
    # Neither a slow example nor slow generation is a failure: a busy machine makes both.
    steady = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.register_profile("steady", steady)
    hypothesis.settings.load_profile("steady")
    os.environ["PYTHONPATH"] = os.pathsep.join(str(config.rootpath / each) for each in config.getini("pythonpath"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Arrange the tests after they were shuffled."""
    items[:] = arranged(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """Hand out whole groups."""
    return GroupScheduling(config, log)
