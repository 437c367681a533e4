import json
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import relative
from benchmarks.relative import EMPTY, TARGETS, FailedCommandError, Figure, Target, compare, measure

OURS = ("ours",)


class Machine:
    """Answers with made-up figures, slower by half with every run."""

    def __init__(self) -> None:
        self.ran: list[Sequence[str]] = []

    def __call__(self, command: Sequence[str]) -> Figure:
        self.ran.append(command)
        factor = 1.5 ** (len(self.ran) // 2)
        return Figure(cpu=3 * factor, wall=4 * factor) if command == OURS else Figure(cpu=2, wall=1)


def test_multiple_is_the_median_of_pairs_after_a_warm_up() -> None:
    machine = Machine()
    multiple = compare(Target(name="ours", command=OURS, most=2, runs=3), machine)
    assert machine.ran == [EMPTY, OURS] + [OURS, EMPTY] * 3
    # The factors of the three counted runs are 1.5, 2.25, and 3.375.
    assert (multiple.cpu, multiple.wall, multiple.most) == (1.5 * 2.25, 4 * 2.25, 2)


def test_cold_target_has_no_warm_up() -> None:
    machine = Machine()
    compare(Target(name="ours", command=OURS, most=2, runs=1, warm=False), machine)
    assert machine.ran == [EMPTY, OURS, EMPTY]


def test_wall_seconds_are_those_that_the_command_measured_itself() -> None:
    multiple = compare(Target(name="ours", command=OURS, most=2, runs=1, read=lambda: 42.0), Machine())
    assert (multiple.cpu, multiple.wall) == (1.5 * 1.5, 42)


def test_figure_counts_the_processor_time_of_grandchildren() -> None:
    work = "while __import__('time').process_time() < 0.3: pass"
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}], check=True)"
    figure = measure((sys.executable, "-c", nested))
    assert figure.cpu >= 0.3
    assert figure.wall > 0


def test_failed_command_has_no_figure() -> None:
    with pytest.raises(FailedCommandError, match="out of order"):
        measure((sys.executable, "-c", "raise SystemExit('out of order')"))


def test_multiples_are_a_table_with_targets_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SAVED", tmp_path / "result.json")
    monkeypatch.setattr(relative, "EMPTY", (sys.executable, "-c", ""))
    target = Target(name="ours", command=(sys.executable, "-c", ""), most=1.9, runs=1)
    assert command.main(["ours"], [], [target, Target(name="other", command=("no",), most=1)]) == 0
    assert "1.9" in capsys.readouterr().out
    (saved,) = json.loads((tmp_path / "result.json").read_text())
    assert (saved["name"], saved["most"]) == ("ours", 1.9)


def test_targets_are_those_that_the_project_set_itself() -> None:
    assert [target.most for target in TARGETS] == [1.9, 7, 12, 35]
