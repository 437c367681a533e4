"""The emulator's start and stop, for extensions that run things of their own."""

from collections.abc import Callable

_started: list[Callable[[], None]] = []
_stopping: list[Callable[[], None]] = []


def on_started(run: Callable[[], None]) -> None:
    """Run once the saved state is loaded and requests are about to be served: the place to resume work."""
    _started.append(run)


def on_stopping(run: Callable[[], None]) -> None:
    """Run when the emulator stops, before state is saved: the place to end processes. Must return within seconds."""
    _stopping.append(run)


def announce_start() -> None:
    """Run what waits for the start, in the order of registration."""
    for run in _started:
        run()


def announce_stop() -> None:
    """Run what waits for the end, last registered first."""
    for run in reversed(_stopping):
        run()
