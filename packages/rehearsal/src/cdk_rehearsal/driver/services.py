"""Starts and restarts the processes of a rehearsal."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.driver.environment import base_environment, build_image
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.outlet import Outlet, child_environment, open_outlet, start_door
from cdk_rehearsal.driver.processes import Started, last_lines, start, stop_marked
from cdk_rehearsal.driver.session import MARK, SERVICE_MARK, Session, clear, running, stop_services
from cdk_rehearsal.driver.space import require_space, temporary_folder
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.postgres.server import restart_server, start_server

__all__ = [
    "MARK",
    "EmulatorFailedError",
    "Session",
    "clear",
    "emulator_lives",
    "open_session",
    "restart_services",
    "running",
    "start_services",
    "stop_services",
]

PATIENCE_SECONDS = 30


class EmulatorFailedError(RehearsalError):
    """The emulator refused a call, died, or was stopped during a command. Its saved state remains."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A session whose door is open, and the ports that its emulator and its PostgreSQL server will use."""

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
    """Start the door, through which all processes that start later reach the network.

    ``allowed`` are hosts that they may reach. Raises :class:`RehearsalError`; nothing is left running then.
    """
    temporary = temporary_folder()
    require_space(folders.root, temporary)
    emulator, postgres = (_free_port() if port is None else _available(port)), _free_port()
    session = Session.create(folders, temporary=temporary)
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
            marks={SERVICE_MARK: session.id},
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

    ``keep`` names environment variables that builds inherit, ``provided`` packages that are installed on this machine.
    Raises :class:`RehearsalError`; nothing is left running then.
    """
    session, outlet = opened.session, opened.outlet
    try:
        postgres = start_server(
            port=opened.postgres,
            log=folders.logs / "postgres.log",
            environ=environ,
            prefix=session.prefix,
            marks={SERVICE_MARK: session.id},
        )
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
    """Restart the processes of this folder's rehearsal that have ended, on their saved state.

    Return whether the emulator had ended. A build that outlived its emulator is killed first, since the restarted
    emulator runs it again. Raises :class:`RehearsalError`; the other processes then run on.
    """
    session = running(folders)
    if session is None or session.emulator is None or session.postgres is None or session.postgres_folder is None:
        raise RehearsalError(f"{folders.root}: no rehearsal to resume; start one with `cdk-rehearsal up`")
    config, marks = EmulatorConfig.load(folders.config), {SERVICE_MARK: session.id}
    if session.door is not None and session.door.process() is None:
        session.door = start_door(folders, DoorConfig.load(folders.door / "door.json"), marks=marks)
        session.save(folders)
    if session.postgres.process() is None and config.postgres is not None:
        log = folders.logs / "postgres.log"
        server = restart_server(config.postgres, folder=session.postgres_folder, log=log, environ=environ, marks=marks)
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
    own[SERVICE_MARK] = session.id
    log = folders.logs / "emulator-start.log"
    process = start(command, log=log, env=own, cwd=Path(__file__).parents[2])
    session.emulator = Started.of(process.pid)
    session.save(folders)
    _wait_until_up(process, config, log)


@contextlib.contextmanager
def emulator_lives(folders: Folders) -> Iterator[None]:
    """Turn a call that the emulator refused, and any failure after the emulator died or was stopped, into one line."""
    try:
        yield
    except Exception as error:
        log = folders.state / "logs" / "emulator.log"
        session = running(folders)
        if session is None and isinstance(error, (BotoCoreError, ClientError, ConnectionError)):
            raise EmulatorFailedError(f"{folders.root}: the rehearsal was stopped from another terminal") from error
        if session is not None and session.emulator is not None and session.emulator.process() is None:
            text = log.read_text(errors="replace") if log.exists() else ""
            failure = f"the emulator died; continue from its saved state with `cdk-rehearsal resume`; log: {log}"
            raise EmulatorFailedError(f"{failure}\n{last_lines(text)}".rstrip()) from error
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
        raise RehearsalError(f"port {port} on 127.0.0.1 is in use; choose another with --port, or omit --port")
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
    """Wait until the port of a killed emulator is free: its threads may end a moment after it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _is_free(port):
        if time.monotonic() > deadline:
            raise RehearsalError(f"port {port} on 127.0.0.1 is in use, and git remotes point to it; stop its user")
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
