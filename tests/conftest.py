"""One synth of the whole app for every test that looks at it."""

import os
from pathlib import Path

import pytest

from delivery_testing.plugin import pytest_collection_modifyitems, pytest_configure, pytest_xdist_make_scheduler
from tests.stages import disposable, names, retained
from tests.synthesis import Template, synthesise_once, template_of
from tests.unit.tap_stack.workload import Workload, read_workload

__all__ = ["pytest_collection_modifyitems", "pytest_configure", "pytest_xdist_make_scheduler"]


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cloud assembly of the app, by the tests' own settings. No test changes it: all workers share it."""
    own = tmp_path_factory.getbasetemp()
    return synthesise_once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def pipeline_template(assembly: Path) -> Template:
    """The pipeline's template."""
    return template_of(assembly, "TapPipeline")


@pytest.fixture(scope="session")
def workloads(assembly: Path) -> list[Workload]:
    """Every stage's workload, in the order of delivery."""
    return [read_workload(assembly, name) for name in names()]


@pytest.fixture(params=names())
def stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage in turn, for promises that hold in every one."""
    return read_workload(assembly, request.param)


@pytest.fixture(params=names(retained))
def retained_stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage whose data survives its stack."""
    return read_workload(assembly, request.param)


@pytest.fixture(params=names(disposable))
def disposable_stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage that deletes without a trace."""
    return read_workload(assembly, request.param)


@pytest.fixture(params=names(lambda stage: stage.termination_protection))
def protected_stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage whose stack CloudFormation refuses to delete."""
    return read_workload(assembly, request.param)


@pytest.fixture(params=names(lambda stage: stage.monthly_backup_days > 0))
def vaulted_stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage whose database is copied to a vault."""
    return read_workload(assembly, request.param)


@pytest.fixture(params=names(lambda stage: stage.enhanced_monitoring))
def monitored_stage(request: pytest.FixtureRequest, assembly: Path) -> Workload:
    """Each stage whose database reports its operating system."""
    return read_workload(assembly, request.param)
