"""What ends a build from outside: its time limit, StopBuild, and the emulator's stop."""

import threading
import time
from typing import Literal

Reason = Literal["TIMED_OUT", "STOPPED"]


class Interrupted(Exception):  # noqa: N818 - an order, not an error
    """The build must end now."""

    def __init__(self, reason: Reason) -> None:
        """Keep the build status that the interruption leads to."""
        super().__init__(reason)
        self.reason = reason


class Limits:
    """A build's time limit, from now on, and the order to stop it."""

    def __init__(self, seconds: float) -> None:
        """Start the clock."""
        self._deadline = time.monotonic() + seconds
        self._stop = threading.Event()

    def stop(self) -> None:
        """Order the build to end; safe from any thread."""
        self._stop.set()

    def check(self) -> None:
        """Raise ``Interrupted`` once the build was stopped or its time is over."""
        if self._stop.is_set():
            raise Interrupted("STOPPED")
        if time.monotonic() >= self._deadline:
            raise Interrupted("TIMED_OUT")
