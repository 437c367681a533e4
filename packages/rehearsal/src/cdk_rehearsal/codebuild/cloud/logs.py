"""The output of a build in CloudWatch Logs, written under the service role."""

import time
from collections.abc import Callable
from typing import Any

from cdk_rehearsal.codebuild.cloud.access import AWS_ERRORS
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.plan import Logs

BATCH = 256 * 1024
SECONDS = 1.0  # whoever watches reads along
EVENTS_A_CALL = 1000
MOST = 1024 * 1024  # the emulator keeps log events in memory
REST = "The output goes on in the log file of the build."


class LogStream:
    """A listener of a build's output. It keeps the first megabyte; the build's log file has it all."""

    def __init__(self, logs: Logs, *, build_uuid: str, client: Any, now: Callable[[], float] = time.monotonic) -> None:
        """Make the stream, and its group if there is none.

        Raises:
            BuildError: the service role may not, which fails a build on AWS, too.
        """
        self._names = {"logGroupName": logs.group, "logStreamName": logs.stream(build_uuid)}
        self._client, self._now = client, now
        self._sent_at = now()
        self._lines: list[bytes] = []
        self._problems: list[str] = []
        self._waiting = self._sent = 0
        try:
            self._create()
        except AWS_ERRORS as error:
            raise BuildError("ACCESS_DENIED", f"CloudWatch Logs of the build: {error}") from error

    def __call__(self, data: bytes) -> None:
        """Take whole lines."""
        if self._sent + self._waiting > MOST:
            return
        self._lines += data.splitlines()
        self._waiting += len(data)
        if self._sent + self._waiting > MOST:
            self._lines.append(REST.encode())
        if self._waiting > BATCH or self._now() - self._sent_at >= SECONDS:
            self._problems = self.flush()

    def flush(self) -> list[str]:
        """Send what waits, and return what went wrong since the last time, in lines for the build's log."""
        lines, self._lines = [line for line in self._lines if line], []
        self._sent, self._waiting = self._sent + self._waiting, 0
        self._sent_at = self._now()
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line.decode(errors="replace")} for line in lines]
        try:
            for first in range(0, len(events), EVENTS_A_CALL):
                self._client.put_log_events(**self._names, logEvents=events[first : first + EVENTS_A_CALL])
        except AWS_ERRORS as error:
            self._problems.append(f"CloudWatch Logs: {error}")
            self._sent = MOST + 1
        problems, self._problems = self._problems, []
        return problems

    def _create(self) -> None:
        try:
            self._client.create_log_stream(**self._names)
        except self._client.exceptions.ResourceNotFoundException:
            self._client.create_log_group(logGroupName=self._names["logGroupName"])
            self._client.create_log_stream(**self._names)
