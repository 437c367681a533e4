"""The course of a build, told to its record and to its log in CodeBuild's own words."""

import contextlib
import time
from collections.abc import Callable, Iterator

from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.machine.limits import Reason
from cdk_rehearsal.codebuild.machine.output import Output
from cdk_rehearsal.codebuild.record import Record

TIMED_OUT = "Build has timed out."


class Journal:
    """Takes down phases."""

    def __init__(self, record: Record, output: Output) -> None:
        """Tell both."""
        self._record, self._output = record, output
        self._open = ""
        self._after_phases: list[Callable[[], list[str]]] = []

    def after_phases(self, run: Callable[[], list[str]]) -> None:
        """Call ``run`` at the end of every phase; what it answers goes into the log."""
        self._after_phases.append(run)

    def say(self, line: str) -> None:
        """Write a line of the build service's own to the log."""
        self._output.say(f"[Container] {time.strftime('%Y/%m/%d %H:%M:%S', time.gmtime())} {line}")

    def begin(self, phase: str) -> None:
        """Enter a phase."""
        self._open = phase
        self._record.begin(phase)
        self.say(f"Entering phase {phase}")

    def end(self, status: str, code: str = "", message: str = "") -> None:
        """Leave it. A message may quote a command, so secrets are masked in it as in the log."""
        elapsed = self._record.end(status, code, self._output.masked(message))
        self.say(f"Phase complete: {self._open} State: {status} ({elapsed:.1f} s)")
        if message:
            self.say(f"Phase context status code: {code} Message: {message}")
        self._open = ""
        for run in self._after_phases:
            for line in run():
                self.say(line)

    @contextlib.contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Take down a phase that succeeds unless it raises ``BuildError``, which is passed on."""
        self.begin(name)
        try:
            yield
        except BuildError as error:
            self.end("FAILED", error.code, str(error))
            raise
        self.end("SUCCEEDED")

    def interrupt(self, reason: Reason) -> None:
        """Leave the phase that is open, if one is, because the build was stopped or ran out of time."""
        if self._open:
            message = TIMED_OUT if reason == "TIMED_OUT" else ""
            self.end(reason, "BUILD_TIMED_OUT" if message else "", message)
