"""Tells a process from every other one that had, or will get, its number."""

from pathlib import Path

import psutil

PROC = Path("/proc")
# In the rest of a line of stat, behind the program's name, which may hold any character (proc_pid_stat(5)).
STATE, START_TICKS = 0, 19
ENDED = ("Z", "X")


def identity(pid: int) -> str | None:
    """Return what distinguishes process ``pid``; None if it has ended, also while it waits for its parent as a zombie.

    On Linux this is the boot's ID and the clock ticks from the boot to the process's start: setting the clock changes
    neither. Elsewhere it is the start time, which those kernels record once.
    """
    if (PROC / "self" / "stat").exists():
        return _on_linux(pid)
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.NoSuchProcess:
        return None


def _on_linux(pid: int) -> str | None:
    try:
        fields = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    boot = PROC / "sys" / "kernel" / "random" / "boot_id"
    since = boot.read_text().strip() if boot.exists() else ""
    return None if fields[STATE] in ENDED else f"{since}:{fields[START_TICKS]}"
