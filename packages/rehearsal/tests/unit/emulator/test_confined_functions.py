import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions import confined_functions
from cdk_rehearsal.emulator.extensions.confined_functions import RUNTIME_API, Confined
from cdk_rehearsal.sandbox.settings import SandboxSettings
from cdk_rehearsal.sandbox.specification import Specification


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    return SandboxSettings(
        door=tmp_path / "sock", folder=tmp_path, bundle=tmp_path / "b.pem", proxy=3128, ports=(4999,), home=tmp_path
    )


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_: found.append(command))
    monkeypatch.setattr(subprocess, "run", lambda command, **_: found.append(command))
    return found


def test_runtimes_start_in_the_sandbox(settings: SandboxSettings, started: list[Any]) -> None:
    confined = Confined(settings)
    confined.Popen(["python3", "worker.py"], env={})
    confined.run(["node", "worker.js"])
    assert [command[0] for command in started] == [sys.executable, sys.executable]
    assert started[0][-3:] == [str(settings.folder / "functions.json"), "python3", "worker.py"]
    assert confined.PIPE == subprocess.PIPE


def test_custom_runtime_reaches_the_port_that_it_polls(settings: SandboxSettings, started: list[Any]) -> None:
    Confined(settings).Popen(["bootstrap"], env={RUNTIME_API: "127.0.0.1:9001"})
    specification = Specification.parse((settings.folder / "functions9001.json").read_text())
    assert "port 9001" in [listener.role for listener in specification.listeners]
    assert started[0][-2:] == [str(settings.folder / "functions9001.json"), "bootstrap"]


def test_functions_are_confined_where_there_are_namespaces(
    settings: SandboxSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lambda_runtime, lambda_svc):
        monkeypatch.setattr(module, "subprocess", subprocess)
    confined_functions.install(EmulatorConfig(port=1, state_dir=tmp_path))
    assert lambda_runtime.subprocess is subprocess
    confined_functions.install(EmulatorConfig(port=1, state_dir=tmp_path, sandbox=settings))
    assert isinstance(lambda_runtime.subprocess, Confined)
    assert isinstance(lambda_svc.subprocess, Confined)
