"""What the door refused: a line of JSON each, for the log and for the summary at a rehearsal's end."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path


class Refusals:
    """Writes refusals down."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """Append to ``path``, with the time of ``clock``."""
        self._path, self._clock = path, clock

    def record(self, host: str, port: int) -> None:
        """Note that a connection was refused."""
        line = json.dumps({"time": round(self._clock(), 3), "host": host, "port": port})
        with self._path.open("a") as file:
            file.write(f"{line}\n")


def summary(path: Path) -> list[str]:
    """Return a line for each host that was refused, in alphabetical order; nothing if none was."""
    if not path.exists():
        return []
    found = Counter(json.loads(line)["host"] for line in path.read_text().splitlines())
    return [f"{host} ({count} {'time' if count == 1 else 'times'})" for host, count in sorted(found.items())]
