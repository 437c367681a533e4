import json
import sys
from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import measures
from benchmarks.measures import BenchmarkError, Measure, rehearsed_seconds, time_it

FINE = (sys.executable, "-c", "")
BROKEN = (sys.executable, "-c", "raise SystemExit('out of order')")


def test_the_first_run_warms_up_and_does_not_count() -> None:
    ticks = iter([0, 100, 0, 3, 0, 1, 0, 2])
    result = time_it(Measure(name="m", command=FINE, runs=3), clock=lambda: next(ticks))
    assert result.seconds == (3, 1, 2)
    assert result.median == 2


def test_a_command_that_fails_has_no_time() -> None:
    with pytest.raises(BenchmarkError, match="out of order"):
        time_it(Measure(name="m", command=BROKEN, runs=1))


def test_a_rehearsal_s_time_is_the_one_that_it_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "REHEARSAL_RESULT", tmp_path / "result.json")
    (tmp_path / "result.json").write_text('{"seconds": 42.5}')
    assert time_it(Measure(name="m", command=FINE, runs=1, read=rehearsed_seconds)).seconds == (42.5,)


def test_results_are_a_table_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "SAVED", tmp_path / "new" / "result.json")
    chosen = [Measure(name="one", command=FINE, runs=1, aim=5), Measure(name="other", command=FINE, runs=1)]
    assert command.main([], chosen, []) == 0
    assert "5 s" in capsys.readouterr().out
    assert [each["name"] for each in json.loads((tmp_path / "new" / "result.json").read_text())] == ["one", "other"]
    assert command.main(["on"], chosen, []) == 0
    assert "other" not in capsys.readouterr().out


def test_a_failure_is_said_and_ends_with_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([], [Measure(name="m", command=BROKEN, runs=1)], []) == 1
    assert "bench: " in capsys.readouterr().err
