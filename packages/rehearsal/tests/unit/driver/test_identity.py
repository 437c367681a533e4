import subprocess
from pathlib import Path

import psutil
import pytest

from cdk_rehearsal.driver import identity as module
from cdk_rehearsal.driver.identity import identity


def proc(folder: Path, *, name: str = "sh", state: str = "S", boot: str | None = "the-boot\n") -> Path:
    """A /proc in which process 7 started 500 ticks after the boot."""
    for pid in ("self", "7"):
        (folder / pid).mkdir(parents=True)
        (folder / pid / "stat").write_text(f"7 ({name}) {state} {' '.join('0' * 18)} 500 0 0\n")
    if boot is not None:
        file = folder / "sys" / "kernel" / "random" / "boot_id"
        file.parent.mkdir(parents=True)
        file.write_text(boot)
    return folder


@pytest.mark.parametrize("name", ["sh", "a) Z (b", "with space"])
def test_identity_is_the_boot_and_its_ticks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(module, "PROC", proc(tmp_path, name=name))
    assert identity(7) == "the-boot:500"


def test_identity_without_a_boot_id_is_the_ticks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROC", proc(tmp_path, boot=None))
    assert identity(7) == ":500"


@pytest.mark.parametrize("state", ["Z", "X"])
def test_identity_of_a_zombie_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.setattr(module, "PROC", proc(tmp_path, state=state))
    assert identity(7) is None


@pytest.mark.parametrize("has_proc", [True, False])
def test_identity_of_an_ended_process_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_proc: bool
) -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    monkeypatch.setattr(module, "PROC", proc(tmp_path) if has_proc else tmp_path)
    assert identity(child.pid if child.pid != 7 else 8) is None


def test_identity_without_proc_is_the_recorded_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROC", tmp_path)
    assert identity(psutil.Process().pid) == str(psutil.Process().create_time())
    monkeypatch.setattr(psutil.Process, "status", lambda _: psutil.STATUS_ZOMBIE)
    assert identity(psutil.Process().pid) is None
