"""Stores: finished folders in the cache, named by what went into them.

A store is built once and linked from every clone and build that wants the same content, which makes a second
set-up free. Its own path is part of the name, since virtual environments do not survive a move.
"""

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

COMPLETE = ".complete"


def key_of(folder: Path, *parts: bytes) -> str:
    """Return the name that content made from ``parts`` has inside ``folder``."""
    digest = hashlib.sha256(str(folder).encode())
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:20]


def built(folder: Path, key: str, build: Callable[[Path], None]) -> Path:
    """Return ``folder/key``, built by ``build`` unless a complete one is there. A half-built one is built again."""
    store = folder / key
    if not (store / COMPLETE).exists():
        shutil.rmtree(store, ignore_errors=True)
        store.mkdir(parents=True)
        build(store)
        (store / COMPLETE).touch()
    return store


def link(target: Path, name: Path) -> None:
    """Make ``name`` a link to ``target``, replacing whatever set-up left there before."""
    if name.is_symlink():
        if name.readlink() == target:
            return
        name.unlink()
    elif name.is_dir():
        shutil.rmtree(name)
    elif name.exists():
        name.unlink()
    name.symlink_to(target)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the cache, so that two builds that start together do not build one store twice."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "setup.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
