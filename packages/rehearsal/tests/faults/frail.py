"""A rehearsal whose emulator a test kills, and what is looked at then."""

import json
import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from tests.cli import cdk_version

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.services import restart_services, running
from cdk_rehearsal.testing.worlds import IDENTITY, World, committed, write_json

APP = Path(__file__).parent / "app"
PATIENCE_SECONDS = 60.0
Run = dict[str, Any]


def frail_app(folder: Path) -> Path:
    """The app as a repository with one commit, whose pipeline checks nothing yet."""
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return wanted(folder, "The app")


def wanted(folder: Path, message: str, *checks: str) -> Path:
    write_json(folder / "wanted.json", {"cli": cdk_version(), "checks": checks})
    return committed(folder, message)


def frail_world(folder: Path) -> World:
    return World.of(frail_app(folder / "work"), folder / "rehearsal", policies=ExecutionPolicies())


def git_push(world: World) -> None:
    """Push HEAD, and do not wait for what comes of it."""
    repository = Repository.open(world.work, {**world.rehearsal.environment(), **IDENTITY})
    repository.push(world.rehearsal.target.bare, world.rehearsal.target.branch)


def eventually(look: Callable[[], Any], what: str, *, pause: float = 0.002) -> Any:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < give_up, f"{what}: nothing within {PATIENCE_SECONDS:.0f} s"
        time.sleep(pause)
    return found


def runs(folders: Folders) -> list[Run]:
    """All action runs as they stand on the disk, those of the newest execution last."""
    files = folders.state.glob("codepipeline/*/*/*/executions/*.json")
    executions = sorted((json.loads(each.read_text()) for each in files), key=lambda each: float(each["started"]))
    return [run for each in executions for run in each["actions"]]


def kill_emulator(folders: Folders) -> None:
    session = running(folders)
    assert session is not None
    assert session.emulator is not None
    os.kill(session.emulator.pid, signal.SIGKILL)
    eventually(lambda: session.emulator and session.emulator.process() is None, "the emulator's end")


def restart(world: World) -> str | None:
    """Start what was killed again; the execution that goes on."""
    assert restart_services(world.folders, environ=world.rehearsal.request.environ)
    return world.rehearsal.recover()


def half_written(folders: Folders) -> list[str]:
    """State files that cannot be read as what they are."""
    whole = [*folders.state.glob("state/*.json"), *folders.state.glob("codepipeline/**/*.json")]
    broken = []
    for path in whole:
        try:
            json.loads(path.read_text())
        except ValueError:
            broken.append(str(path))
    return broken


def left_processes(folder: Path) -> list[str]:
    """Processes that work in a folder or were told of it."""
    found = []
    for process in psutil.process_iter():
        try:
            told = [*process.cmdline(), process.cwd()]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(folder) in each for each in told):
            found.append(f"{process.pid}: {' '.join(told)}")
    return found


def creations(world: World, account: str, stack: str) -> dict[str, int]:
    """How often each resource of a stack was made, the stack itself included, in all its life."""
    pages = world.client("cloudformation", account).get_paginator("describe_stack_events").paginate(StackName=stack)
    events = [event for page in pages for event in page["StackEvents"]]
    return dict(Counter(each["LogicalResourceId"] for each in events if each["ResourceStatus"] == "CREATE_COMPLETE"))
