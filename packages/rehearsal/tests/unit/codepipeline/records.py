"""Stores and records for tests, without an emulator."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.unit.engine.samples import REGION, pipeline

from cdk_rehearsal.codepipeline.store import PipelineRecord, Store
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.engine.definition import Pipeline
from cdk_rehearsal.engine.execution import Execution

ACCOUNT = "111111111111"
KEY = (ACCOUNT, REGION, "delivery")
PATIENCE_SECONDS = 10.0


def configuration(folder: Path) -> EmulatorConfig:
    return EmulatorConfig(port=1, region=REGION, state_dir=folder)


def stored(folder: Path, *executions: Execution, of: Pipeline | None = None) -> tuple[Store, PipelineRecord]:
    """A store below ``folder`` with one pipeline and its executions, all saved."""
    store = Store(folder)
    record = PipelineRecord(account=ACCOUNT, region=REGION, pipeline=of or pipeline(), created=1.0, updated=1.0)
    store.save(record)
    for execution in executions:
        record.executions.append(execution)
        store.save_execution(record, execution)
    return store, record


def eventually(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < give_up, "nothing happened"
        time.sleep(0.005)
