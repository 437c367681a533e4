"""What is measured, and against which aim."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import pipelines, reviews


class BenchmarkError(Exception):
    """A command that was to be timed failed: its time would mean nothing."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A command and how often it is timed. ``aim`` is in seconds, None where there is none.

    ``read`` finds the seconds in what the command left behind, where its own run time is not the figure.
    """

    name: str
    command: Sequence[str]
    runs: int
    aim: float | None = None
    read: Callable[[], float] | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """Seconds of each run."""

    name: str
    seconds: tuple[float, ...]
    aim: float | None

    @property
    def median(self) -> float:
        """The median of the runs."""
        return statistics.median(self.seconds)


SYNTH = ("cdk", "synth", "--quiet", "--no-lookups", "--output", ".cache/benchmark/cdk.out")
REHEARSAL_RESULT = Path(".rehearsal/result.json")


def rehearsed_seconds() -> float:
    """Return the time from push to the last stage of the last rehearsal."""
    return float(json.loads(REHEARSAL_RESULT.read_text())["seconds"])


MEASURES = (
    Measure(name="cdk synth, with the gate", command=SYNTH, runs=5, aim=5),
    Measure(name="cdk synth, without the gate", command=(*SYNTH, "--app", "python3 -m benchmarks.ungated"), runs=5),
    Measure(
        name="review of this app",
        command=("python", "-m", "benchmarks.reviews", "2"),
        runs=5,
        aim=2,
        read=reviews.seconds,
    ),
    Measure(
        name="review of 50 stages",
        command=("python", "-m", "benchmarks.reviews", "50"),
        runs=3,
        aim=20,
        read=reviews.seconds,
    ),
    *(
        Measure(
            name=f"pipeline of {stages} stages, each a build of nothing",
            command=("python", "-m", "benchmarks.pipelines", str(stages)),
            runs=3,
            aim=stages,
            read=partial(pipelines.seconds, stages),
        )
        for stages in (10, 25, 50)
    ),
    Measure(name="make unit", command=("make", "unit"), runs=3, aim=20),
    Measure(
        name="rehearsal, from push to prod",
        command=("make", "rehearse", "APPROVE=yes"),
        runs=3,
        aim=60,
        read=rehearsed_seconds,
    ),
    Measure(name="make test", command=("make", "test"), runs=1, aim=360),
)


def time_it(measure: Measure, clock: Callable[[], float] = time.perf_counter) -> Result:
    """Run a measure's command once to warm up and then ``runs`` times. Raises :class:`BenchmarkError`."""
    seconds = []
    for _ in range(measure.runs + 1):
        started = clock()
        done = subprocess.run(measure.command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        elapsed = clock() - started
        if done.returncode != 0:
            raise BenchmarkError(
                f"`{' '.join(measure.command)}` failed: {(done.stderr or done.stdout).strip()[-2000:]}"
            )
        seconds.append(elapsed if measure.read is None else measure.read())
    return Result(name=measure.name, seconds=tuple(seconds[1:]), aim=measure.aim)
