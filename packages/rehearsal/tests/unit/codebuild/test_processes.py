import os
import subprocess

import psutil
import pytest

from cdk_rehearsal.codebuild.machine import processes


def test_processes_of_other_builds_live_on() -> None:
    with subprocess.Popen(["sleep", "30"], env={"PATH": os.environ["PATH"], processes.MARK: "other:1"}) as other:
        assert processes.end_build("mine:1", [2**22 - 1]) == []
        assert other.poll() is None
        other.kill()


def test_what_would_not_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "SECONDS", 0.05)
    monkeypatch.setattr(psutil.Process, "kill", lambda _self: None)
    with subprocess.Popen(["sleep", "30"], env={"PATH": os.environ["PATH"], processes.MARK: "mine:2"}) as stubborn:
        assert processes.end_build("mine:2", []) == [stubborn.pid]
        os.kill(stubborn.pid, 9)
