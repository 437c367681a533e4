import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from cdk_rehearsal.driver import processes
from cdk_rehearsal.driver.processes import Started, end_of, last_lines, run, start, stop_marked
from cdk_rehearsal.errors import RehearsalError

PATH = {"PATH": os.environ["PATH"]}
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)",
]


def test_what_a_program_says_is_returned_and_logged(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "echo.log"
    assert run(["echo", "hello"], doing="greeting", log=log, env=PATH, cwd=tmp_path) == "hello\n"
    assert log.read_text() == "hello\n"


def test_a_failing_program_is_named_with_its_last_lines_and_its_log(tmp_path: Path) -> None:
    log = tmp_path / "fails.log"
    with pytest.raises(RehearsalError) as failure:
        run(["sh", "-c", "seq 1 40; exit 3"], doing="counting", log=log, env=PATH, cwd=tmp_path)
    lines = str(failure.value).splitlines()
    assert lines[0] == f"counting failed (exit code 3); log: {log}"
    assert lines[1].strip() == "26"
    assert lines[-1].strip() == "40"


def test_last_lines_leave_empty_ones_out() -> None:
    assert last_lines("a\n\n  \nb\n", 2) == "    a\n    b"


def test_a_started_program_survives_the_driver_s_ctrl_c_and_is_stopped_by_its_number(tmp_path: Path) -> None:
    child = start(SLEEP, log=tmp_path / "log", env=PATH, cwd=tmp_path)
    assert os.getsid(child.pid) == child.pid
    started = Started.of(child.pid)
    assert started.process() is not None
    started.stop()
    child.wait()
    assert not psutil.pid_exists(child.pid)
    assert started.process() is None
    started.stop()


def test_a_program_that_ignores_the_request_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.2)
    child = subprocess.Popen(STUBBORN, stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout as output:
        output.readline()
        Started.of(child.pid).stop()
    child.wait()
    assert not psutil.pid_exists(child.pid)


def test_a_number_that_was_given_to_another_program_is_left_alone() -> None:
    other = Started(pid=os.getpid(), created=psutil.Process().create_time() - 1000)
    assert other.process() is None
    other.stop()


def test_a_dead_program_s_remains_are_not_taken_for_it() -> None:
    child = subprocess.Popen(["true"])
    started = Started.of(child.pid)
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert started.process() is None
    child.wait()


def test_what_carries_the_session_s_mark_is_stopped_and_nothing_else() -> None:
    marked = subprocess.Popen(SLEEP, env={**PATH, "REHEARSAL_TEST": "this"})
    other = subprocess.Popen(SLEEP, env={**PATH, "REHEARSAL_TEST": "that"})
    while "REHEARSAL_TEST" not in psutil.Process(marked.pid).environ():
        time.sleep(0.01)
    stop_marked("REHEARSAL_TEST", "this")
    assert marked.wait() == -signal.SIGKILL
    assert other.poll() is None
    other.kill()
    other.wait()


def test_the_end_of_a_long_file_is_read_alone(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * processes.END_BYTES + "é\nlast\n".encode())
    found = end_of(path)
    assert len(found.encode()) == processes.END_BYTES
    assert found.endswith("é\nlast\n")
    path.write_text("short")
    assert end_of(path) == "short"
