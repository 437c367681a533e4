"""Pytest fixtures: PostgreSQL, an emulator with it, and an account of each test's own. Import them in a conftest."""

import os
from collections.abc import Iterator

import pytest

from cdk_rehearsal.emulator.config import EmulatorConfig, PostgresServer
from cdk_rehearsal.postgres.server import start_server
from cdk_rehearsal.testing.harness import Account, free_port, running


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    log = tmp_path_factory.mktemp("postgres") / "log"
    server = start_server(port=free_port(), log=log, environ=os.environ)
    yield server.address
    server.stop()


@pytest.fixture(scope="session")
def emulator(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorConfig]:
    state = tmp_path_factory.mktemp("emulator") / "state"
    config = EmulatorConfig(port=free_port(), state_dir=state, postgres=postgres)
    with running(config):
        yield config


@pytest.fixture
def account(emulator: EmulatorConfig) -> Account:
    return Account(emulator)
