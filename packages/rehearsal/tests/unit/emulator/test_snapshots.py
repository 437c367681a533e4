"""One file for the state of all services. No service runs here: states are what the tests say."""

import json
import time
from pathlib import Path
from typing import Any

import ministack.app
import pytest
from ministack.core.responses import AccountScopedDict
from ministack.services import lambda_svc

from cdk_rehearsal.emulator.wiring.snapshots import ATTEMPTS, Snapshots
from cdk_rehearsal.errors import RehearsalError


@pytest.fixture(autouse=True)
def own_persistence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is installed last no longer than a test."""
    for owner, name in (
        (ministack.app, "load_state"),
        (ministack.app, "save_all"),
        (lambda_svc, "_prune_orphan_code_blobs"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))


def table(**values: str) -> AccountScopedDict:
    made = AccountScopedDict()
    made._data |= {("1" * 12, key): value for key, value in values.items()}
    return made


def services(path: Path) -> Any:
    return json.loads(path.read_text())["services"]


def test_each_service_gets_its_own_back(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    before = time.time()
    Snapshots(path).write({"s3": lambda: {"buckets": table(one="first")}, "sns": lambda: {"topics": []}})
    snapshots = Snapshots(path)
    snapshots.install()
    assert before < snapshots.taken < time.time()
    assert ministack.app.load_state("s3")["buckets"]._data == {("1" * 12, "one"): "first"}
    assert ministack.app.load_state("sns") == {"topics": []}
    assert ministack.app.load_state("ec2") is None
    assert set(snapshots.saved) == {"s3", "sns"}
    snapshots.forget()
    assert snapshots.saved == {}
    assert path.stat().st_mode & 0o077 == 0


def test_an_emulator_that_starts_for_the_first_time_has_nothing_to_load(tmp_path: Path) -> None:
    snapshots = Snapshots(tmp_path / "snapshot.json")
    snapshots.install()
    assert (ministack.app.load_state("s3"), snapshots.taken) == (None, 0.0)


def test_the_code_of_functions_that_the_last_snapshot_names_is_not_cleared_away(tmp_path: Path) -> None:
    Snapshots(tmp_path / "snapshot.json").install()
    assert lambda_svc._prune_orphan_code_blobs({"referenced"}) is None


def test_a_service_without_a_state_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    Snapshots(path).write({"s3": lambda: None, "sns": dict})
    assert services(path) == {"sns": {}}


def test_what_cannot_be_written_leaves_the_snapshot_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "snapshot.json"
    Snapshots(path).write({"sns": lambda: {"topics": ["first"]}})

    def full(_path: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RehearsalError, match=f"^the emulator's state cannot be saved to {path}: No space left"):
        Snapshots(path).write({"sns": lambda: {"topics": ["second"]}})
    assert services(path) == {"sns": {"topics": ["first"]}}
    assert [each.name for each in tmp_path.iterdir()] == ["snapshot.json"]


class Growing:
    """A table to which a thread adds while it is copied, so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self) -> Any:
        self.times -= 1
        if self.times >= 0:
            raise RuntimeError("dictionary changed size during iteration")
        return {}


def test_a_table_that_grows_while_it_is_copied_is_copied_again(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    Snapshots(path).write({"codebuild": Growing(ATTEMPTS - 1)})
    assert services(path) == {"codebuild": {}}
    with pytest.raises(RuntimeError, match="changed size"):
        Snapshots(path).write({"codebuild": Growing(ATTEMPTS)})
