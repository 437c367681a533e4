"""The one place of the driver that runs other programs."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import psutil
from pydantic import BaseModel

from cdk_rehearsal.driver.identity import identity
from cdk_rehearsal.errors import RehearsalError

LAST_LINES = 15
END_BYTES = 64 * 1024
GRACE_SECONDS = 8.0
PAUSE_SECONDS = 0.02


def run(command: Sequence[str | Path], *, doing: str, log: Path, env: Mapping[str, str], cwd: Path) -> str:
    """Run ``command`` with its output in ``log``; return the output.

    Raises :class:`RehearsalError` with ``doing``, the last lines of the output, and the path of the log.
    """
    with private_log(log, "wb") as output:
        finished = subprocess.run(  # noqa: S603 - commands are the driver's own
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd=cwd, check=False
        )
    text = log.read_text(errors="replace")
    if finished.returncode != 0:
        failure = f"{doing} failed (exit code {finished.returncode}); log: {log}"
        raise RehearsalError(f"{failure}\n{last_lines(text)}".rstrip())
    return text


def private_log(path: Path, mode: Literal["wb", "ab"]) -> BinaryIO:
    """Open a log for writing, and create it and its folder for the owner alone: modes 0600 and 0700."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def end_of(path: Path) -> str:
    """Return the last 64 KiB of a text file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - END_BYTES))
        return file.read().decode(errors="replace")


def last_lines(text: str, count: int = LAST_LINES) -> str:
    """Return the last ``count`` lines that are not blank, indented."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(f"    {line}" for line in lines[-count:])


def start(command: Sequence[str | Path], *, log: Path, env: Mapping[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    """Start ``command`` in a session of its own: Ctrl-C then reaches only the driver, which stops the command."""
    with private_log(log, "ab") as output:
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
    """A process that a rehearsal started. Its number alone would not do: the system may give it to another process."""

    pid: int
    identity: str
    stop_with: int = signal.SIGTERM

    @classmethod
    def of(cls, pid: int, *, stop_with: int = signal.SIGTERM) -> "Started":
        """Describe the process ``pid``, which shuts down in order on the signal ``stop_with``."""
        return cls(pid=pid, identity=identity(pid) or "", stop_with=stop_with)

    def process(self) -> psutil.Process | None:
        """Return the process, or None if it has ended."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.pid) if self._runs() else None
        return None

    def stop(self, *, patience: float = GRACE_SECONDS) -> bool:
        """Ask the process to end, and kill it after ``patience`` seconds; return whether it has ended.

        A killed process counts as ended even while its parent, such as the driver in another terminal, has not
        collected its exit status.
        """
        for number in (self.stop_with, signal.SIGKILL):
            if not self._runs():
                return True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            if _within(patience, lambda: not self._runs()):
                return True
        return False

    def _runs(self) -> bool:
        return bool(self.identity) and identity(self.pid) == self.identity


def stop_marked(variable: str, value: str) -> None:
    """Kill every process of this user whose environment has ``variable=value``, and wait until none is left."""
    _within(GRACE_SECONDS, lambda: not _killed(variable, value))


def _killed(variable: str, value: str) -> int:
    killed = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(variable) == value:
                process.kill()
                killed += 1
    return killed


def _within(seconds: float, done: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True
