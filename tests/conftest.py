"""One synth of the whole app for every test that looks at it."""

from pathlib import Path

import pytest
from xdist.remote import Producer

from tests.grouping import GroupScheduling, arranged
from tests.synthesis import Template, synthesise, template_of


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the app, by the tests' own settings."""
    return synthesise(tmp_path_factory.mktemp("assembly"), environ={})


@pytest.fixture(scope="session")
def pipeline_template(assembly: Path) -> Template:
    """The pipeline's template."""
    return template_of(assembly, "TapPipeline")


@pytest.fixture(scope="session")
def dev_template(assembly: Path) -> Template:
    """The workload's template in dev."""
    return template_of(assembly, "TapPipeline/Dev/Tap")


@pytest.fixture(scope="session")
def prod_template(assembly: Path) -> Template:
    """The workload's template in prod."""
    return template_of(assembly, "TapPipeline/Prod/Tap")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Arrange the tests after they were shuffled."""
    items[:] = arranged(items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """Hand out whole groups."""
    return GroupScheduling(config, log)
