"""The record of a build: what BatchGetBuilds answers, from the first phase to the last.

The phases and their order are those of `build phase transitions
<https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html>`_.
"""

import copy
import time
from collections.abc import Callable

from cdk_rehearsal.emulator.contracts import Json

Publish = Callable[[Json], None]
COMPLETED = "COMPLETED"


class Record:
    """A build's record. Each change publishes a copy, which is never changed again: any thread may read it."""

    def __init__(self, first: Json, publish: Publish, now: Callable[[], float] = time.time) -> None:
        """Start with what StartBuild knows, in the phase SUBMITTED, which is over at once."""
        self._publish, self._now = publish, now
        self._state: Json = {**copy.deepcopy(first), "buildStatus": "IN_PROGRESS", "buildComplete": False, "phases": []}
        self.begin("SUBMITTED")
        self.end("SUCCEEDED")

    @property
    def state(self) -> Json:
        """A copy of the record as it is."""
        return copy.deepcopy(self._state)

    def set(self, **values: object) -> None:
        """Note values under the names of CodeBuild's API."""
        self._state |= values
        self._show()

    def begin(self, phase: str) -> None:
        """Enter a phase."""
        self._state["currentPhase"] = phase
        self._state["phases"].append({"phaseType": phase, "startTime": self._now()})
        self._show()

    def end(self, status: str, code: str = "", message: str = "") -> float:
        """Leave the phase that was entered last, and return how many seconds it took."""
        phase = self._state["phases"][-1]
        now = self._now()
        elapsed = now - float(phase["startTime"])
        phase |= {"phaseStatus": status, "endTime": now, "durationInSeconds": int(elapsed)}
        if message:
            phase["contexts"] = [{"statusCode": code, "message": message}]
        self._show()
        return elapsed

    def fault(self, message: str) -> None:
        """Leave the phase that is open, if one is, because the build service itself failed."""
        if "phaseStatus" not in self._state["phases"][-1]:
            self.end("FAULT", "CLIENT_ERROR", message)

    def complete(self, status: str) -> None:
        """Close the record with the build's status."""
        self._state["phases"].append({"phaseType": COMPLETED, "startTime": self._now()})
        self._state |= {
            "currentPhase": COMPLETED,
            "buildStatus": status,
            "endTime": self._now(),
            "buildComplete": True,
        }
        self._show()

    def _show(self) -> None:
        self._publish(self.state)


def lost(build: Json, now: float) -> Json:
    """Return the record of a build that was running when its emulator ended without a word."""
    phases = copy.deepcopy(build["phases"])
    for phase in phases:
        if "phaseStatus" not in phase:
            context = {"statusCode": "CLIENT_ERROR", "message": "The emulator ended while the build ran."}
            phase |= {"phaseStatus": "FAULT", "endTime": now, "contexts": [context]}
    return {
        **build,
        "phases": [*phases, {"phaseType": COMPLETED, "startTime": now}],
        "currentPhase": COMPLETED,
        "buildStatus": "FAULT",
        "buildComplete": True,
        "endTime": now,
    }
