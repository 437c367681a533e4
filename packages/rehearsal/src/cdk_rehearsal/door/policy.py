"""What becomes of a connection, by the host that it is for."""

from collections.abc import Callable, Iterable
from enum import Enum

from cdk_rehearsal.door.names import DOWNLOADS, is_aws, is_loopback, normalized


class Verdict(Enum):
    """What the door does with a connection."""

    EMULATOR = "the emulator answers"
    PASS = "it passes, untouched"  # noqa: S105 - no password
    REFUSE = "it is refused"


class Policy:
    """Decides by host and port."""

    def __init__(self, *, emulator: int, allowed: Iterable[str], registries: Callable[[], frozenset[str]]) -> None:
        """Know the emulator's port, the user's hosts, and how to learn the registries' at the first question.

        An allowed host is a name, or ``*.name`` for all names below it. Registries are ``host`` or, where it is on
        loopback, ``host:port``.
        """
        self._emulator, self._registries = emulator, registries
        self._allowed = frozenset(normalized(each) for each in allowed)

    def decide(self, host: str, port: int) -> Verdict:
        """Return what becomes of a connection to a normalized host name."""
        if is_loopback(host):
            if port == self._emulator:
                return Verdict.EMULATOR
            return Verdict.PASS if f"{host}:{port}" in self._registries() else Verdict.REFUSE
        if host in self._allowed and (not is_aws(host) or host in DOWNLOADS):
            return Verdict.PASS
        if is_aws(host):
            return Verdict.EMULATOR
        if self._is_below_allowed(host) or host in self._registries():
            return Verdict.PASS
        return Verdict.REFUSE

    def _is_below_allowed(self, host: str) -> bool:
        parents = host.split(".")[1:]
        return any(f"*.{'.'.join(parents[depth:])}" in self._allowed for depth in range(len(parents)))


def advice(host: str) -> str:
    """Return the sentence that a refused client reads."""
    return f"{host}: not reachable from a rehearsal; allow it with --allow-host {host}"
