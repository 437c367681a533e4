"""One synth of the whole app for every test that looks at it."""

from pathlib import Path

import pytest

from delivery_testing.plugin import pytest_collection_modifyitems, pytest_configure, pytest_xdist_make_scheduler
from tests.synthesis import Template, synthesise, template_of

__all__ = ["pytest_collection_modifyitems", "pytest_configure", "pytest_xdist_make_scheduler"]


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
