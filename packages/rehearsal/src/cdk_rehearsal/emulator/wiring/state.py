"""What survives a restart: each service's state is saved while the emulator runs and restored when it starts."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ministack.app

from cdk_rehearsal.emulator.contracts import Json

Save = Callable[[], bool]
_savers: list[Save] = []
_saved_until: list[float] = [0.0]


@dataclass(frozen=True)
class _Saved:
    """The part of a MiniStack service module that its persistence knows."""

    get_state: Callable[[], Json]
    load_persisted_state: Callable[[Json], None]
    reset: Callable[[], None]


def persist(name: str, *, save: Callable[[], Json], load: Callable[[Json], None]) -> None:
    """Keep an extension's state across restarts, beside that of the services.

    Args:
        name: its name there, unlike that of any AWS service.
        save: answers the state as JSON values; called whenever the emulator saves.
        load: gets what ``save`` answered; called before the first request, and only if there is something.
    """
    module: Any = _Saved(save, load, lambda: load({}))
    ministack.app._state_map[name] = name
    ministack.app._loaded_modules[name] = module


def save_with(save: Save, *, saved_until: float) -> None:
    """Let ``save`` do what :func:`save_now` promises; ``saved_until`` is what :func:`saved_until` answers."""
    _savers.append(save)
    _saved_until[:] = [saved_until]


def save_now() -> bool:
    """Make everything that was done so far survive a kill; answer whether it would, which a changing stack delays.

    Not to be called on the event loop. Raises :class:`RehearsalError` where it cannot be written.
    """
    return all(save() for save in _savers)


def saved_until() -> float:
    """Return up to when, in seconds since the epoch, what an earlier emulator did is there; 0 for nothing of it."""
    return _saved_until[0]
