"""What runs for a rehearsal, noted so that any terminal can stop it."""

import shutil
import tempfile
import uuid
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from cdk_rehearsal.driver.environment import quiet_home
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import Started, stop_marked
from cdk_rehearsal.emulator.private import make_private, write_private
from cdk_rehearsal.errors import RehearsalError

MARK = "REHEARSAL_SESSION"
"""The environment variable with the session's ID in every build."""
SERVICE_MARK = "REHEARSAL_SERVICE"
"""The environment variable with the session's ID in every process that the driver starts."""


class DamagedSessionError(RehearsalError):
    """The session's file is empty or not what was written."""


class Session(BaseModel):
    """The processes of a rehearsal, and the random ID that they and their builds carry in their environments."""

    id: str
    emulator: Started | None = None
    postgres: Started | None = None
    page: Started | None = None
    door: Started | None = None
    postgres_folder: Path | None = None
    temporary: Path = Field(default_factory=lambda: Path(tempfile.gettempdir()))

    @classmethod
    def create(cls, folders: Folders, *, temporary: Path) -> "Session":
        """Return a new session. It is saved before its first process starts, which ``stop`` would otherwise miss."""
        session = cls(id=uuid.uuid4().hex, temporary=temporary)
        write_private(folders.session_id, session.id)
        session.save(folders)
        return session

    @property
    def prefix(self) -> str:
        """What the names of the session's temporary folders begin with."""
        return f"rehearsal-postgres-{self.id}-"

    def stop(self) -> None:
        """Stop every process of the session, also one whose start was not noted; remove the database's folder.

        Raises :class:`RehearsalError` if a process survives; the session's file then remains for another try.
        """
        noted = [process for process in (self.page, self.emulator, self.postgres, self.door) if process is not None]
        survivors = [str(process.pid) for process in noted if not process.stop()]
        for variable in (SERVICE_MARK, MARK):
            stop_marked(variable, self.id)
        if survivors:
            raise RehearsalError(f"process {', '.join(survivors)} cannot be killed; end it, then run this again")
        own = [self.postgres_folder] if self.postgres_folder is not None else []
        for folder in [*own, *self.temporary.glob(f"{self.prefix}*")]:
            shutil.rmtree(folder, ignore_errors=True)

    def save(self, folders: Folders) -> None:
        """Write the session to its file as a whole, so that no reader sees half of it."""
        write_private(folders.session, self.model_dump_json(indent=2))


def running(folders: Folders) -> Session | None:
    """Return the session of this folder, or None without one. Raises :class:`DamagedSessionError`."""
    try:
        return Session.model_validate_json(folders.session.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise DamagedSessionError(
            f"{folders.session}: the file is damaged; stop the rehearsal with `cdk-rehearsal down`, then start again"
        ) from error


def stop_services(folders: Folders) -> bool:
    """Stop the processes of this folder's session; return whether there was a session.

    If the session's file is damaged, processes are found by the session's ID. Raises :class:`RehearsalError`.
    """
    if not folders.session.exists() and not folders.session_id.exists():
        return False
    _known(folders).stop()
    folders.session.unlink(missing_ok=True)
    folders.session_id.unlink(missing_ok=True)
    return True


def _known(folders: Folders) -> Session:
    try:
        session = running(folders)
    except DamagedSessionError:
        session = None
    if session is not None:
        return session
    known = folders.session_id.read_text() if folders.session_id.exists() else ""
    if not known:
        raise DamagedSessionError(
            f"{folders.session}: the file is damaged, and so is {folders.session_id.name}; "
            f"end this rehearsal's processes by hand, then delete {folders.root}"
        )
    return Session(id=known)


def clear(folders: Folders) -> bool:
    """Stop an earlier rehearsal of these folders and empty them; return whether one was there to stop."""
    stopped = stop_services(folders)
    make_private(folders.root)
    for path in folders.root.iterdir():
        if path == folders.lock:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    for folder in (folders.logs, folders.state):
        make_private(folder)
    quiet_home(folders.home)
    # An app need not ignore this folder, and the folder must not count as uncommitted.
    (folders.root / ".gitignore").write_text("*\n")
    return stopped
