"""The output of a build: masked, streamed line by line to its log and to whoever else listens, never kept."""

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

MASK = b"***"
LONGEST_LINE = 64 * 1024
SHORTEST_PART = 4

Listener = Callable[[bytes], None]


class Output:
    """A build's log file. Whole lines are written as they come; a line over 64 KiB is written in parts.

    Secrets are replaced by ``***`` wherever they stand as they are, as AWS does for the values of its parameter and
    secret stores; a value that a command has encoded or cut is not recognised, there or here.
    """

    def __init__(self, path: Path) -> None:
        """Open the log, readable by its owner alone, for a build that has not written yet."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("wb", buffering=0)
        path.chmod(0o600)
        self._secrets: list[bytes] = []
        self._held = b""
        self._listeners: list[Listener] = []

    def __enter__(self) -> Self:
        """Use it as a context manager to have it closed."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Write what is left of the last line and close the file."""
        self.flush()
        self._file.close()

    def mask(self, values: Iterable[str]) -> None:
        """Replace these values from now on; of one with several lines, also each line of four characters or more."""
        texts = [text for value in values for text in (value, *_lines(value)) if text]
        secrets = {*self._secrets, *(text.encode() for text in texts)}
        self._secrets = sorted(secrets, key=lambda secret: (-len(secret), secret))

    def masked(self, text: str) -> str:
        """Return text with its secrets replaced."""
        return self._masked(text.encode()).decode()

    def listen(self, listener: Listener) -> None:
        """Hand every masked chunk of whole lines to ``listener`` as well."""
        self._listeners.append(listener)

    def say(self, line: str) -> None:
        """Write a line of the build service's own."""
        self.flush()
        self.feed(f"{line}\n".encode())

    def feed(self, data: bytes) -> None:
        """Take output as a process wrote it."""
        self._held += data
        whole, newline, rest = self._held.rpartition(b"\n")
        if newline:
            self._write(self._masked(whole + newline))
            self._held = rest
        if len(self._held) > LONGEST_LINE:
            masked = self._masked(self._held)
            keep = len(self._secrets[0]) - 1 if self._secrets else 0  # a secret may still be on its way in
            self._write(masked[: len(masked) - keep])
            self._held = masked[len(masked) - keep :]

    def flush(self) -> None:
        """End a line that has no end yet."""
        if self._held:
            self._write(self._masked(self._held) + b"\n")
            self._held = b""

    def _masked(self, data: bytes) -> bytes:
        for secret in self._secrets:
            data = data.replace(secret, MASK)
        return data

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        for listener in self._listeners:
            listener(data)


def _lines(value: str) -> list[str]:
    return [line for line in value.splitlines() if len(line) >= SHORTEST_PART]
