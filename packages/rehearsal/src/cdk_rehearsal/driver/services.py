"""The processes of a rehearsal: started together, stopped together, whoever stops them."""

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.driver.environment import base_environment, build_image, quiet_home
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.outlet import Outlet, child_environment, open_outlet, start_door
from cdk_rehearsal.driver.processes import Started, last_lines, start, stop_marked
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.private import make_private
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.postgres.server import restart_server, start_server

MARK = "REHEARSAL_SESSION"
PATIENCE_SECONDS = 30


class EmulatorFailedError(RehearsalError):
    """The emulator refused a call, or ended, while somebody relied on it; what it had saved is still there."""


class Session(BaseModel):
    """What runs: door, emulator, PostgreSQL, and a page at most, and the mark that its builds carry."""

    id: str
    emulator: Started | None = None
    postgres: Started | None = None
    page: Started | None = None
    door: Started | None = None
    postgres_folder: Path | None = None

    def stop(self) -> None:
        """Stop everything, each process by its own number, and remove the database's folder."""
        for process in (self.page, self.emulator, self.postgres, self.door):
            if process is not None:
                process.stop()
        stop_marked(MARK, self.id)
        if self.postgres_folder is not None:
            shutil.rmtree(self.postgres_folder, ignore_errors=True)

    def save(self, folders: Folders) -> None:
        """Note what runs, for whoever stops it."""
        folders.session.write_text(self.model_dump_json(indent=2))


def clear(folders: Folders) -> None:
    """Stop whatever an earlier rehearsal left running in these folders, and empty them."""
    stop_services(folders)
    shutil.rmtree(folders.root, ignore_errors=True)
    make_private(folders.root)
    folders.logs.mkdir()
    quiet_home(folders.home)
    # An app that knows nothing of rehearsals does not ignore this folder, and it must not count as uncommitted.
    (folders.root / ".gitignore").write_text("*\n")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A session whose door is open, with the ports that its emulator and its PostgreSQL will have."""

    session: Session
    outlet: Outlet
    emulator: int
    postgres: int


def open_session(
    folders: Folders,
    *,
    port: int | None,
    environ: Mapping[str, str],
    keep: tuple[str, ...],
    allowed: tuple[str, ...] = (),
) -> Opened:
    """Open the door, the way out of all that is started later.

    ``allowed`` are hosts that may be reached. Raises :class:`RehearsalError`, with nothing left running.
    """
    session = Session(id=uuid.uuid4().hex)
    emulator, postgres = (_free_port() if port is None else _available(port)), _free_port()
    try:
        outlet = open_outlet(
            folders,
            emulator=emulator,
            port=_free_port(),
            ports=(postgres,),
            allowed=allowed,
            environ=environ,
            keep=keep,
            started=lambda door: _note_door(session, folders, door),
        )
    except BaseException:
        session.stop()
        raise
    return Opened(session=session, outlet=outlet, emulator=emulator, postgres=postgres)


def _note_door(session: Session, folders: Folders, door: Started) -> None:
    session.door = door
    session.save(folders)


def start_services(
    folders: Folders,
    opened: Opened,
    *,
    region: str,
    environ: Mapping[str, str],
    keep: tuple[str, ...],
    provided: tuple[str, ...] = (),
) -> EmulatorConfig:
    """Start PostgreSQL and the emulator on loopback with empty state; return the emulator's configuration.

    ``keep`` names the environment variables that builds get as they are, ``provided`` the packages that builds find on
    this machine. Raises :class:`RehearsalError`, with nothing left running.
    """
    session, outlet = opened.session, opened.outlet
    try:
        postgres = start_server(port=opened.postgres, log=folders.logs / "postgres.log", environ=environ)
        session.postgres = Started.of(postgres.process.pid, stop_with=signal.SIGINT)
        session.postgres_folder = postgres.folder
        session.save(folders)
        config = EmulatorConfig(
            port=opened.emulator,
            region=region,
            state_dir=folders.state,
            postgres=postgres.address,
            build_path=build_image(folders.image, environ, provided=provided),
            build_environment={**child_environment(folders, environ, keep=keep), MARK: session.id},
            door_secret=outlet.config.secret,
            sandbox=outlet.sandbox,
        )
        config.save(folders.config)
        _start_emulator(session, folders, config, environ=environ, keep=keep)
    except BaseException:
        session.stop()
        raise
    return config


def restart_services(folders: Folders, *, environ: Mapping[str, str]) -> bool:
    """Start again, on what it had saved, whatever has ended of the rehearsal in this folder.

    Return whether the emulator had ended. Builds go with their emulator; one that outlived it is ended first, since its
    work is asked for again. Raises :class:`RehearsalError`, after which the rest runs as before.
    """
    session = running(folders)
    if session is None or session.emulator is None or session.postgres is None or session.postgres_folder is None:
        raise RehearsalError(f"nothing was left to go on with in {folders.root}; start anew: up")
    config = EmulatorConfig.load(folders.config)
    if session.door is not None and session.door.process() is None:
        session.door = start_door(folders, DoorConfig.load(folders.door / "door.json"))
        session.save(folders)
    if session.postgres.process() is None and config.postgres is not None:
        log = folders.logs / "postgres.log"
        server = restart_server(config.postgres, folder=session.postgres_folder, log=log, environ=environ)
        session.postgres = Started.of(server.pid, stop_with=signal.SIGINT)
        session.save(folders)
    if session.emulator.process() is not None:
        return False
    stop_marked(MARK, session.id)
    _wait_until_free(config.port)
    _start_emulator(session, folders, config, environ=environ, keep=tuple(config.build_environment))
    return True


def _start_emulator(
    session: Session,
    folders: Folders,
    config: EmulatorConfig,
    *,
    environ: Mapping[str, str],
    keep: tuple[str, ...],
) -> None:
    command: list[str | Path] = [sys.executable, "-m", "cdk_rehearsal.emulator", "--config", folders.config]
    own = {**base_environment(environ, keep=keep), "HOME": str(folders.home), "PATH": config.build_path}
    log = folders.logs / "emulator-start.log"
    process = start(command, log=log, env=own, cwd=Path(__file__).parents[2])
    session.emulator = Started.of(process.pid)
    session.save(folders)
    _wait_until_up(process, config, log)


def running(folders: Folders) -> Session | None:
    """Return the session that :func:`start_services` left in this folder, or None when there is none."""
    if not folders.session.exists():
        return None
    return Session.model_validate_json(folders.session.read_text())


def stop_services(folders: Folders) -> bool:
    """Stop what runs in this folder; return whether there was anything to stop."""
    session = running(folders)
    if session is None:
        return False
    session.stop()
    folders.session.unlink()
    return True


@contextlib.contextmanager
def emulator_lives(folders: Folders) -> Iterator[None]:
    """Turn into one line each call that the emulator refused, and all that follows its death."""
    try:
        yield
    except Exception as error:
        log = folders.state / "logs" / "emulator.log"
        session = running(folders)
        if session is not None and session.emulator is not None and session.emulator.process() is None:
            text = log.read_text(errors="replace") if log.exists() else ""
            said = f"the emulator died; go on with what it had saved: python -m cdk_rehearsal resume; log: {log}"
            raise EmulatorFailedError(f"{said}\n{last_lines(text)}".rstrip()) from error
        if isinstance(error, (BotoCoreError, ClientError)):
            raise EmulatorFailedError(f"{error}; log: {log}") from error
        raise


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _available(port: int) -> int:
    if not _is_free(port):
        raise RehearsalError(f"port {port} on 127.0.0.1 is busy; name another with --port, or leave it out")
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _wait_until_free(port: int) -> None:
    """Wait for the port of an emulator that was killed: its threads may end a moment after it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise RehearsalError(f"port {port} on 127.0.0.1 is busy, and git remotes lead there; stop what uses it")
        time.sleep(0.05)


def _wait_until_up(process: "subprocess.Popen[bytes]", config: EmulatorConfig, log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):  # refused, cut off, or too slow just now
            opener.open(f"{config.endpoint}/_rehearsal/health", timeout=2).close()
            return
        time.sleep(0.05)
    shown = last_lines(log.read_text(errors="replace"))
    raise RehearsalError(f"the emulator did not start; log: {log}\n{shown}".rstrip())
