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


def test_started_ignores_another_process_with_its_number() -> None:
    other = Started(pid=os.getpid(), identity="another")
    assert other.process() is None
    assert other.stop()


def test_started_ignores_a_process_that_had_ended_when_described() -> None:
    child = subprocess.Popen(["true"])
    child.wait()
    gone = Started.of(child.pid)
    assert (gone.identity, gone.process(), gone.stop()) == ("", None, True)


def test_started_takes_a_zombie_for_ended_while_its_parent_lives() -> None:
    child = subprocess.Popen(["true"])
    started = Started.of(child.pid)
    while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    assert started.process() is None
    assert started.stop()
    child.wait()


def test_started_stops_a_child_of_another_living_process_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `down` in another terminal: the killed process stays a zombie of the driver, which does not collect it."""
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.2)
    program = f"import subprocess, sys, time; print(subprocess.Popen({SLEEP!r}).pid, flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        pid = int(driver.stdout.readline())
        assert Started.of(pid, stop_with=signal.SIGCONT).stop(patience=0.2)
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        driver.kill()


def test_started_reports_a_process_that_survives_its_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: None)
    assert not Started.of(os.getpid()).stop(patience=0)


def test_started_ignores_a_process_that_ends_before_its_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["one", None])
    monkeypatch.setattr(processes, "identity", lambda _pid: next(answers))

    def gone(*_: object) -> None:
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", gone)
    assert Started(pid=1, identity="one").stop()


def test_clock_step_does_not_change_what_a_process_is(monkeypatch: pytest.MonkeyPatch) -> None:
    started = Started.of(os.getpid())
    true = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: true(self) + 1)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert started.process() is not None


def test_logs_are_private_to_their_owner(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "one.log"
    run(["true"], doing="nothing", log=log, env=PATH, cwd=tmp_path)
    assert (log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777) == (0o600, 0o700)


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
