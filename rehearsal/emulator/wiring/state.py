"""What survives a restart: each service's state is saved while the emulator runs and restored when it starts."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ministack.app

from rehearsal.emulator.contracts import Json

_savers: list[Callable[[], None]] = []


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


def save_with(save: Callable[[], None]) -> None:
    """Let ``save`` do what :func:`save_now` promises."""
    _savers.append(save)


def save_now() -> None:
    """Return once everything that was done so far would survive a kill. Not to be called on the event loop.

    Raises :class:`OSError` where it cannot be written.
    """
    for save in _savers:
        save()
