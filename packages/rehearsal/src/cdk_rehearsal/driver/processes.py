"""The one place of the driver that runs other programs."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil
from pydantic import BaseModel

from cdk_rehearsal.errors import RehearsalError

LAST_LINES = 15
END_BYTES = 64 * 1024
GRACE_SECONDS = 8.0


def run(command: Sequence[str | Path], *, doing: str, log: Path, env: Mapping[str, str], cwd: Path) -> str:
    """Run ``command`` with its output in ``log``; return the output.

    Raises :class:`RehearsalError` that says what was being done, the last lines, and where the rest is.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        finished = subprocess.run(  # noqa: S603 - commands are the driver's own
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd=cwd, check=False
        )
    text = log.read_text(errors="replace")
    if finished.returncode != 0:
        said = f"{doing} failed (exit code {finished.returncode}); log: {log}"
        raise RehearsalError(f"{said}\n{last_lines(text)}".rstrip())
    return text


def end_of(path: Path) -> str:
    """Return the last 64 KiB of a text file, which may be very long."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES))
        return file.read().decode(errors="replace")


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """Return the last ``count`` lines that say anything, indented."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])


def start(command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own, so that Ctrl-C reaches the driver alone, which then stops it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - commands are the driver's own
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            cwd=cwd,
            start_new_session=True,
        )


class Started(BaseModel):
    """A process that a rehearsal started, known well enough never to be mistaken for another one."""

    pid: int
    created: float
    stop_with: int = signal.SIGTERM

    @classmethod
    def of(cls, pid: int, *, stop_with: int = signal.SIGTERM) -> "Started":
        """Describe the running process ``pid``, which ``stop_with`` ends in order."""
        return cls(pid=pid, created=psutil.Process(pid).create_time(), stop_with=stop_with)

    def process(self) -> psutil.Process | None:
        """Return the process, or None when it is gone, also when its number was given to another one."""
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            if process.create_time() == self.created and process.status() != psutil.STATUS_ZOMBIE:
                return process
        return None

    def stop(self) -> None:
        """Ask the process to end, and end it when it does not within a few seconds."""
        process = self.process()
        if process is None:
            return
        _quietly(lambda: process.send_signal(self.stop_with))
        try:
            process.wait(GRACE_SECONDS)
        except psutil.TimeoutExpired:
            _quietly(process.kill)
            _quietly(lambda: process.wait(GRACE_SECONDS))


def stop_marked(variable: str, value: str) -> None:
    """Kill every process of this user whose environment has ``variable=value``: builds that outlived their emulator."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(variable) == value:
                process.kill()


def _quietly(act: Callable[[], Any]) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        act()
