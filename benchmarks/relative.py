"""The delivery's speed as a multiple of ``cdk synth`` of an app with one empty stack, measured in the same run.

A multiple says the same on a fast machine and a slow one. CPU time counts every process that a command waits for, so
not a rehearsal's emulator, which outlives the command that starts it.
"""

import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.measures import SYNTH, rehearsed_seconds

EMPTY: Final = (*SYNTH[:-1], ".cache/benchmark/empty.out", "--app", "python3 -m benchmarks.empty")
EMPTY_CACHES: Final = (
    'home="$(mktemp -d)" && trap \'rm -rf "$home"\' EXIT && git clone --quiet . "$home/clone" && cd "$home/clone" && '
    'env -i PATH="$PATH" HOME="$home" make rehearse APPROVE=yes'
)


class FailedCommandError(Exception):
    """A command that was to be measured failed: its figures would mean nothing."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one run of a command took, in seconds."""

    cpu: float
    wall: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """A command and the multiple that it should stay below.

    ``warm`` runs it once before it counts. ``read`` finds the wall seconds in what the command left behind, where its
    own run time is not the figure.
    """

    name: str
    command: Sequence[str]
    most: float
    runs: int = 3
    warm: bool = True
    read: Callable[[], float] | None = None


TARGETS: Final = (
    Target(name="cdk synth of the whole app, gate included", command=SYNTH, most=1.9, runs=5),
    Target(
        name="synth action, warm",
        command=("sh", "-ec", "make SETUP=synth setup; make SETUP=synth --jobs=2 unit synth"),
        most=7,
    ),
    Target(name="push to prod, warm", command=("make", "rehearse", "APPROVE=yes"), most=12, read=rehearsed_seconds),
    Target(name="empty HOME and caches to prod", command=("sh", "-ec", EMPTY_CACHES), most=35, runs=1, warm=False),
)


def measure(command: Sequence[str]) -> Figure:
    """Run a command and return what it and the processes that it waited for took."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    after, ended = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    if done.returncode != 0:
        raise FailedCommandError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Figure(cpu=cpu, wall=ended - started)


@dataclass(frozen=True, kw_only=True)
class Multiple:
    """A target's medians, divided by those of the empty app in the same run."""

    name: str
    cpu: float
    wall: float
    most: float


def compare(target: Target, run: Callable[[Sequence[str]], Figure] = measure) -> Multiple:
    """Run the target and the empty app in turn. Raises :class:`FailedCommandError`."""
    for command in (EMPTY, target.command) if target.warm else (EMPTY,):
        run(command)
    pairs = [(_counted(target, run), run(EMPTY)) for _ in range(target.runs)]
    cpu = statistics.median(ours.cpu / empty.cpu for ours, empty in pairs)
    wall = statistics.median(ours.wall / empty.wall for ours, empty in pairs)
    return Multiple(name=target.name, cpu=cpu, wall=wall, most=target.most)


def _counted(target: Target, run: Callable[[Sequence[str]], Figure]) -> Figure:
    figure = run(target.command)
    return figure if target.read is None else replace(figure, wall=target.read())


def show(multiples: Sequence[Multiple], console: Console) -> None:
    """Print a table of the multiples."""
    table = Table("Multiple of cdk synth with one empty stack", "CPU", "Wall", "Target")
    for each in multiples:
        table.add_row(each.name, f"{each.cpu:.2f}", f"{each.wall:.2f}", f"{each.most:g}")
    console.print(table)
