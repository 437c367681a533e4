"""What one confined process sees, as the JSON that the launcher reads.

The launcher starts without site-packages, so this module must not import any.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

DNS, HTTP, TLS = 53, 80, 443


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A file or folder of the machine that the process sees at ``target``."""

    source: str
    target: str
    writable: bool = False


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A port on the sandbox's loopback that the door serves; ``role`` says how."""

    role: str
    port: int


@dataclass(frozen=True, kw_only=True)
class Specification:
    """One sandbox.

    ``root`` is an empty folder on which the new file system is built; empty if the process keeps the machine's files.
    ``mounts`` are then all that it sees. ``covers`` are files laid over those of the system, ``hidden`` are files and
    folders that show empty. ``door`` is the socket where the door takes the listeners, empty for no network at all.
    """

    root: str = ""
    mounts: tuple[Mount, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    folders: tuple[str, ...] = ()
    covers: tuple[Mount, ...] = ()
    hidden: tuple[str, ...] = ()
    door: str = ""
    listeners: tuple[Listener, ...] = ()

    def dump(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    def save(self, path: Path) -> None:
        """Write it for the launcher."""
        path.write_text(self.dump())

    @classmethod
    def parse(cls, text: str) -> "Specification":
        """Read what :meth:`dump` returned."""
        found = json.loads(text)
        return cls(
            root=found["root"],
            mounts=tuple(Mount(**each) for each in found["mounts"]),
            links=tuple((link, target) for link, target in found["links"]),
            folders=tuple(found["folders"]),
            covers=tuple(Mount(**each) for each in found["covers"]),
            hidden=tuple(found["hidden"]),
            door=found["door"],
            listeners=tuple(Listener(**each) for each in found["listeners"]),
        )
