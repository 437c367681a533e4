import errno
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

import tooling.__main__ as entry
from tooling import cli
from tooling.cli import run
from tooling.setup import ToolMissingError


def _raise(error: Exception) -> NoReturn:
    raise error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ToolMissingError("git is not on PATH"), "setup: git is not on PATH"),
        (
            subprocess.CalledProcessError(3, ["uv", Path("pip")]),
            "setup: `uv pip` failed with exit code 3; its own lines stand above",
        ),
        (ValueError("dev.txt: does not pin a"), "setup: dev.txt: does not pin a"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/full/disk"),
            "setup: /full/disk: No space left on device. Free some space or name another DELIVERY_CACHE",
        ),
    ],
)
def test_a_failure_is_one_line_and_exit_code_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, error: Exception, line: str
) -> None:
    monkeypatch.setattr(cli, "set_up", lambda *_: _raise(error))
    assert run(["setup"], tmp_path) == 1
    assert capsys.readouterr().err == f"{line}\n"


def test_an_error_without_a_file_names_the_cache(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("DELIVERY_CACHE", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(cli, "set_up", lambda *_: _raise(OSError(errno.ENOSPC, "No space left on device")))
    assert run(["setup"], tmp_path) == 1
    assert str(tmp_path / "elsewhere") in capsys.readouterr().err


def test_an_unknown_verb_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["setup", "nothing"]) == 2
    assert run(["install"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "usage: python3 -m tooling setup [steps|synth|dev] | clean"


def test_set_up_and_clean_end_with_exit_code_0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cli, "set_up", lambda *_: None)
    (tmp_path / "cdk.out").mkdir()
    assert run(["setup"], tmp_path) == 0
    assert run(["setup", "steps"], tmp_path) == 0
    assert run(["clean"], tmp_path) == 0
    assert not (tmp_path / "cdk.out").exists()


def test_an_old_python_is_told_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(entry, "OLDEST", (4, 0))
    assert entry.main(["setup"]) == 1  # type: ignore[no-untyped-call]  # no annotations, for an old Python
    line = capsys.readouterr().err
    assert line.startswith("setup: Python 3.")
    assert line.count("\n") == 1


def test_a_recent_python_runs_the_verb() -> None:
    assert entry.main([]) == 2  # type: ignore[no-untyped-call]  # likewise
