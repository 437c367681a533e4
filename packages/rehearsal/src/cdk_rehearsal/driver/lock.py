"""The lock of a clone: one command at a time starts, restarts, or stops its rehearsal."""

import fcntl
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pydantic import BaseModel, ValidationError

from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import Started
from cdk_rehearsal.emulator.private import make_private
from cdk_rehearsal.errors import RehearsalError

ORDERLY_SECONDS = 40.0
"""How long a command may take to stop its services in order."""


class Holder(BaseModel):
    """The command that holds a lock."""

    command: str
    process: Started

    def __str__(self) -> str:
        """Name the command and its process."""
        return f"`cdk-rehearsal {self.command}` (process {self.process.pid})"


@contextmanager
def hold(folders: Folders, *, command: str) -> Iterator[None]:
    """Hold the lock, as ``command``, until the block ends; the kernel releases it if this process is killed.

    Raises :class:`RehearsalError`, which names the holder, if another process holds the lock.
    """
    handle = _opened(folders)
    try:
        if not _locked(handle):
            holder = _holder(handle)
            raise RehearsalError(
                f"{folders.root.parent}: {holder or 'another command'} is rehearsing this clone; "
                "wait for it, or stop it with `cdk-rehearsal down`"
            )
        _note(handle, command)
        yield
    finally:
        os.close(handle)


@contextmanager
def take_over(folders: Folders, *, command: str) -> Iterator[bool]:
    """Hold the lock until the block ends; stop its holder first. Gives whether there was one.

    The holder shuts down in order, as after Ctrl-C. Raises :class:`RehearsalError` if it does not release the lock.
    """
    handle = _opened(folders)
    try:
        held = not _locked(handle)
        if held:
            holder = _holder(handle)
            if holder is not None:
                holder.process.stop(patience=ORDERLY_SECONDS)
            if not _locked(handle):
                raise RehearsalError(
                    f"{folders.lock}: {holder or 'another command'} holds this lock and cannot be stopped from here; "
                    "stop it where it was started"
                )
        _note(handle, command)
        yield held
    finally:
        os.close(handle)


def _opened(folders: Folders) -> int:
    make_private(folders.root)
    # An app need not ignore this folder, and the folder must not count as uncommitted.
    (folders.root / ".gitignore").write_text("*\n")
    return os.open(folders.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _locked(handle: int) -> bool:
    with suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _note(handle: int, command: str) -> None:
    # SIGTERM, since a shell starts what it puts in the background with SIGINT ignored.
    holder = Holder(command=command, process=Started.of(os.getpid(), stop_with=signal.SIGTERM))
    os.ftruncate(handle, 0)
    os.pwrite(handle, holder.model_dump_json().encode(), 0)


def _holder(handle: int) -> Holder | None:
    with suppress(ValidationError):
        return Holder.model_validate_json(os.pread(handle, os.fstat(handle).st_size, 0))
    return None
