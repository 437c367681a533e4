"""Ending everything that a build started, however far it forked.

Run as a script with a build's id, it ends that build: what is left to do when the emulator was killed.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

import psutil

MARK = "CODEBUILD_BUILD_ID"
SECONDS = 5.0
PAUSE = 0.01


def end_build(build_id: str, groups: Iterable[int]) -> list[int]:
    """Kill the process groups of a build's shells, and whatever else carries the build's id in its environment.

    The second catches daemons that left the group for a session of their own. It is repeated until a round finds
    nothing, since a process may fork while it is looked for. On AWS they would go with the build's container.

    Returns:
        The ids of processes that would not end.
    """
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + SECONDS
    while found := [process for process in psutil.process_iter() if _belongs_to(process, build_id)]:
        if time.monotonic() > deadline:
            break
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.kill()
        time.sleep(PAUSE)
    return [process.pid for process in found]


def _belongs_to(process: psutil.Process, build_id: str) -> bool:
    if process.pid == os.getpid():
        return False
    try:
        return process.environ().get(MARK) == build_id
    except (psutil.Error, OSError):  # another user's, or gone meanwhile
        return False


if __name__ == "__main__":
    end_build(sys.argv[1], [])
