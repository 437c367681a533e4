import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cdk_rehearsal.sandbox.command import confined, unavailable


def test_other_systems_have_no_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert unavailable(tmp_path) == "darwin has no user namespaces"


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        (127, "sandbox: No such file", ""),
        (125, "sandbox: user namespaces: Operation not permitted\n", "user namespaces: Operation not permitted"),
    ],
)
def test_probe_reports_what_the_kernel_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, said: str, reason: str
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=status, stderr=said))
    assert unavailable(tmp_path) == reason


def test_launcher_loads_no_packages(tmp_path: Path) -> None:
    program, *options, _, specification = confined(tmp_path / "s.json")
    assert (program, options, specification) == (sys.executable, ["-I", "-S"], str(tmp_path / "s.json"))
