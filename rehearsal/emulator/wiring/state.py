"""What survives a restart: MiniStack saves each service's state when it stops and restores it when it starts."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ministack.app

from rehearsal.emulator.contracts import Json


@dataclass(frozen=True)
class _Saved:
    """The part of a MiniStack service module that its persistence knows."""

    get_state: Callable[[], Json]
    load_persisted_state: Callable[[Json], None]
    reset: Callable[[], None]


def persist(name: str, *, save: Callable[[], Json], load: Callable[[Json], None]) -> None:
    """Keep an extension's state across restarts, in ``<state dir>/state/<name>.json``.

    Args:
        name: the file's stem, unlike that of any AWS service.
        save: answers the state as JSON values; called whenever the emulator saves.
        load: gets what ``save`` answered; called before the first request, and only if there is something.
    """
    module: Any = _Saved(save, load, lambda: load({}))
    ministack.app._state_map[name] = name
    ministack.app._loaded_modules[name] = module
