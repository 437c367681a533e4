"""The output of a build in CloudWatch Logs, written under the service role."""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cdk_rehearsal.codebuild.cloud.access import AWS_ERRORS
from cdk_rehearsal.codebuild.errors import BuildError
from cdk_rehearsal.codebuild.plan import Logs

BATCH = 256 * 1024
SECONDS = 1.0  # somebody may be reading along
EVENTS_A_CALL = 1000
# The emulator keeps log events in memory. What fails a noisy build is at its end.
HEAD = 768 * 1024
TAIL = 256 * 1024


class LogStream:
    """A listener of a build's output. The stream gets the first 768 KiB as they come, and the last 256 KiB at the end.

    In between is a line with the number of omitted lines and the path of the build's log file, which is complete.
    """

    def __init__(
        self, logs: Logs, *, build_uuid: str, client: Any, file: Path, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Create the stream, and its group if there is none. ``file`` is the build's log file.

        Raises:
            BuildError: the service role lacks the permission, which also fails a build on AWS.
        """
        self._names = {"logGroupName": logs.group, "logStreamName": logs.stream(build_uuid)}
        self._client, self._file, self._now = client, file, now
        self._sent_at = now()
        self._lines: list[bytes] = []
        self._tail: deque[bytes] = deque()
        self._problems: list[str] = []
        self._waiting = self._sent = self._tail_size = self._omitted = 0
        self._refused = False
        try:
            self._create()
        except AWS_ERRORS as error:
            raise BuildError("ACCESS_DENIED", f"CloudWatch Logs of the build: {error}") from error

    def __call__(self, data: bytes) -> None:
        """Take whole lines."""
        for line in filter(None, data.splitlines()):
            if self._tail or self._sent + self._waiting + len(line) > HEAD:
                self._hold(line)
            else:
                self._lines.append(line)
                self._waiting += len(line) + 1
        if self._waiting > BATCH or self._now() - self._sent_at >= SECONDS:
            self._problems = self.flush()

    def flush(self) -> list[str]:
        """Send the lines of the head, and return the problems since the last call, as lines for the build's log."""
        lines, self._lines = self._lines, []
        self._sent, self._waiting = self._sent + self._waiting, 0
        self._sent_at = self._now()
        self._send(lines)
        problems, self._problems = self._problems, []
        return problems

    def close(self) -> None:
        """Send the rest: the head, the number of lines that were omitted, and the tail."""
        self.flush()
        between = f"... {self._omitted} lines omitted; the full log is {self._file}"
        self._send([between.encode(), *self._tail] if self._omitted else self._tail)
        self._tail.clear()

    def _hold(self, line: bytes) -> None:
        self._tail.append(line)
        self._tail_size += len(line)
        while self._tail_size > TAIL:
            self._tail_size -= len(self._tail.popleft())
            self._omitted += 1

    def _send(self, lines: "list[bytes] | deque[bytes]") -> None:
        if self._refused:
            return
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line.decode(errors="replace")} for line in lines]
        try:
            for first in range(0, len(events), EVENTS_A_CALL):
                self._client.put_log_events(**self._names, logEvents=events[first : first + EVENTS_A_CALL])
        except AWS_ERRORS as error:
            self._problems.append(f"CloudWatch Logs: {error}")
            self._refused = True

    def _create(self) -> None:
        try:
            self._client.create_log_stream(**self._names)
        except self._client.exceptions.ResourceNotFoundException:
            self._client.create_log_group(logGroupName=self._names["logGroupName"])
            self._client.create_log_stream(**self._names)
