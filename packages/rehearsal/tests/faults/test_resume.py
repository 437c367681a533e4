"""The same by hand: a person's rehearsal dies under their eyes, and they go on with it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.faults.frail import frail_app, kill_emulator, left_processes, runs

from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.services import running, stop_services
from cdk_rehearsal.testing.worlds import CACHES, IDENTITY, caches, committed, git

pytestmark = [pytest.mark.enable_socket]


class Person:
    """Somebody at a terminal in the app's folder."""

    def __init__(self, app: Path) -> None:
        self.app = app
        self.folders = Folders(root=app / ".rehearsal")
        self._environment = {
            **os.environ,
            **IDENTITY,
            **caches(),
            "SAMPLE_PYTHON": sys.executable,
        }
        self._keep = [word for name in (*CACHES, "SAMPLE_PYTHON") for word in ("--keep", name)]

    def begins(self, command: str) -> "subprocess.Popen[str]":
        words = [sys.executable, "-m", "cdk_rehearsal", command, *(self._keep if command == "up" else [])]
        pipe = subprocess.PIPE
        return subprocess.Popen(words, cwd=self.app, env=self._environment, stdout=pipe, stderr=pipe, text=True)

    def waits_for_the_build(self, process: "subprocess.Popen[str]") -> None:
        """Wait without a time limit, since a busy machine takes its time; fail if the process ends first."""
        while [run["action"] for run in runs(self.folders)][-1:] != ["Synth"]:
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)

    def does(self, command: str) -> tuple[int, str]:
        process = self.begins(command)
        said, complained = process.communicate()
        return process.returncode, said + complained


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    person = Person(frail_app(tmp_path / "work"))
    yield person
    stop_services(person.folders)


def test_a_rehearsal_that_died_is_gone_on_with_by_one_command(person: Person) -> None:
    first = person.begins("up")
    person.waits_for_the_build(first)
    kill_emulator(person.folders)
    said, complained = first.communicate(timeout=60)
    assert first.returncode == 1
    (page,) = re.findall(r"watch and decide: (http\S+)", said)
    assert complained.startswith(
        "rehearsal: the emulator died; continue from its saved state with `cdk-rehearsal resume`; log: "
    )
    code, told = person.does("resume")
    assert code == 3, told
    assert f"emulator restarted\nwatch and decide: {page}\n" in told
    assert "approval pending; answer it with: cdk-rehearsal approve Prod/Approve" in told
    assert person.does("approve")[0] == 0
    assert person.does("resume") == (
        0,
        f"the emulator is running\nwatch and decide: {page}\nno delivery was interrupted\n",
    )
    assert person.does("down") == (0, "stopped\n")
    assert left_processes(person.app) == []


def test_a_first_delivery_that_fails_can_be_looked_at_mended_and_pushed_again(person: Person) -> None:
    (person.app / "broken").touch()
    committed(person.app, "Break the build")
    code, told = person.does("up")
    assert code == 1
    assert "rehearsal: Build · Synth failed: " in told
    assert "this only fails in a build" in told
    assert "The delivery failed; everything keeps running." in told
    assert "  retry Build:  (. " in told
    assert "this only fails in a build" in person.does("logs")[1]
    assert person.does("status")[0] == 1
    (person.app / "broken").unlink()
    committed(person.app, "Mend it")
    assert person.does("push")[0] == 3
    assert person.does("down") == (0, "stopped\n")
    assert left_processes(person.app) == []


def test_rehearsal_is_stopped_from_another_terminal_while_the_first_still_runs(person: Person) -> None:
    first = person.begins("up")
    person.waits_for_the_build(first)
    session = running(person.folders)
    assert session is not None
    for command in ("up", "run"):
        code, told = person.does(command)
        holder = f"`cdk-rehearsal up` (process {first.pid})"
        advice = "wait for it, or stop it with `cdk-rehearsal down`"
        assert code == 1
        assert told == f"rehearsal: {person.app}: {holder} is rehearsing this clone; {advice}\n"
    assert first.poll() is None
    assert person.does("down") == (0, "stopped\n")
    said, complained = first.communicate(timeout=60)
    assert (first.returncode, complained) == (130, "")
    assert said.endswith("interrupted; everything is stopped\n")
    assert left_processes(person.app) == []
    assert not person.folders.session.exists()
    assert session.postgres_folder is not None
    assert not session.postgres_folder.exists()
    assert git(person.app, "remote") == ""
