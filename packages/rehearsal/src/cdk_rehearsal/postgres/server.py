"""Starts a PostgreSQL server that listens on loopback only and requires a password."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cdk_rehearsal.emulator.config import PostgresServer
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.postgres.certificate import CERTIFICATE, KEY, write_certificate
from cdk_rehearsal.postgres.search import find_server

Command = Sequence[str | Path]
Process = subprocess.Popen[bytes]

SUPERUSER = "rehearsal"
UNPRIVILEGED = ("postgres", "nobody")
PATIENCE_SECONDS = 30
FULL = "No space left on device"
# A rehearsal needs no durability: its data lives as long as its processes.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=50", "shared_buffers=32MB")


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A running server: its address, its process, and its folder."""

    address: PostgresServer
    process: Process
    folder: Path

    def stop(self) -> None:
        """Stop the server, which drops its clients' connections (a fast shutdown), and remove its folder."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        shutil.rmtree(self.folder)


def start_server(
    *,
    port: int,
    log: Path,
    environ: Mapping[str, str],
    prefix: str = "rehearsal-postgres-",
    marks: Mapping[str, str] = MappingProxyType({}),
) -> RunningServer:
    """Start a server with an empty data folder on 127.0.0.1:``port`` and wait until it is ready.

    PostgreSQL refuses to run as root, so root starts it as an unprivileged user. Its folder is a temporary one whose
    name begins with ``prefix``, since that user may not be able to reach the clone. ``marks`` are added to its
    environment. Raises :class:`RehearsalError`.
    """
    programs = find_server(environ)
    if programs is None:
        raise RehearsalError("no PostgreSQL server found; `make setup` installs one, or install your system's package")
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        return _start(programs=programs, folder=folder, port=port, log=log, marks=marks)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def restart_server(
    address: PostgresServer,
    *,
    folder: Path,
    log: Path,
    environ: Mapping[str, str],
    marks: Mapping[str, str] = MappingProxyType({}),
) -> Process:
    """Restart a server that ended, on its folder and at its address, with ``marks`` in its environment.

    Raises :class:`RehearsalError`.
    """
    programs = find_server(environ)
    if programs is None or not (folder / "data").exists():
        raise RehearsalError(f"{folder}: the databases were deleted; start from an empty AWS with `cdk-rehearsal up`")
    own = folder / "server" / programs.name
    run = _Runner(user=_unprivileged_user() if os.geteuid() == 0 else None, folder=folder, log=log, marks=marks)
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    return _serve(own if own.exists() else programs, run=run, port=address.port, tls=address.tls)


def _start(*, programs: Path, folder: Path, port: int, log: Path, marks: Mapping[str, str]) -> RunningServer:
    user = _unprivileged_user() if os.geteuid() == 0 else None
    password = secrets.token_urlsafe(24)
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    certificate, key = write_certificate(folder)
    programs = programs if user is None else _hand_over(programs, folder, user, password_file, certificate, key)
    run = _Runner(user=user, folder=folder, log=log, marks=marks)
    data = folder / "data"
    initialise: Command = [programs / "initdb", "--pgdata", data, "--username", SUPERUSER, "--pwfile", password_file]
    options = ["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"]
    if run.start([*initialise, *options]).wait() != 0:
        raise _failure(run, "PostgreSQL could not create its data folder")
    password_file.unlink()
    # A server that somebody built for themselves may lack TLS.
    tls = run.start([programs / "postgres", "-D", data, "-c", "ssl=on", "-C", "ssl"]).wait() == 0
    root = certificate if tls else None
    address = PostgresServer(port=port, superuser=SUPERUSER, password=password, tls=tls, root_certificate=root)
    process = _serve(programs, run=run, port=port, tls=tls)
    return RunningServer(address=address, process=process, folder=folder)


def _serve(programs: Path, *, run: "_Runner", port: int, tls: bool) -> Process:
    """Start the server on its data folder, and wait until it is ready."""
    data, certificate, key = run.folder / "data", run.folder / CERTIFICATE, run.folder / KEY
    settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *FAST]
    settings += ["ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}"] if tls else []
    flags = [part for setting in settings for part in ("-c", setting)]
    process = run.start([programs / "postgres", "-D", data, *flags])
    _wait_until_ready(process, data / "postmaster.pid", run)
    return process


def _failure(run: "_Runner", problem: str) -> RehearsalError:
    if FULL in run.log.read_text(errors="replace"):
        return RehearsalError(f"{run.folder.parent}: no space left on device; free space, or set TMPDIR")
    return RehearsalError(f"{problem}; log: {run.log}")


@dataclass(frozen=True, kw_only=True)
class _Runner:
    """Starts the server's programs, each in its own session, as a user that they accept."""

    user: pwd.struct_passwd | None
    folder: Path
    log: Path
    marks: Mapping[str, str]

    def start(self, command: Command) -> Process:
        user = self.user
        identity: dict[str, Any] = (
            {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        )
        environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.folder), **self.marks}
        with open(self.log, "ab", opener=lambda name, flags: os.open(name, flags, 0o600)) as output:
            return subprocess.Popen(  # noqa: S603 - programs of the server that was found
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd=self.folder,
                start_new_session=True,
                **identity,
            )


def _wait_until_ready(process: Process, status: Path, run: "_Runner") -> None:
    """Wait for the line ``ready`` in the postmaster's pid file (PostgreSQL's pidfile.h)."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise _failure(run, "PostgreSQL stopped during its start")
        if status.exists() and status.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    process.kill()
    process.wait()
    raise RehearsalError(f"PostgreSQL was not ready after {PATIENCE_SECONDS} s; log: {run.log}")


def _unprivileged_user() -> pwd.struct_passwd:
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return known[name]
    raise RehearsalError(
        "PostgreSQL does not run as root, and this machine has no user postgres or nobody; run as another user"
    )


def _hand_over(programs: Path, folder: Path, user: pwd.struct_passwd, *files: Path) -> Path:
    """Make ``user`` the owner of the folder and its files; return programs that the user can reach."""
    for path in (folder, *files):
        os.chown(path, user.pw_uid, user.pw_gid)
    return _reachable(programs, folder, user)


def _reachable(programs: Path, folder: Path, user: pwd.struct_passwd) -> Path:
    """Return ``programs``, or a copy of them if ``user`` cannot reach them, as in a clone below /root."""
    if _may_execute(programs, user):
        return programs
    copy = folder / "server"
    shutil.copytree(programs.parent, copy, symlinks=True)
    copy.chmod(0o755)
    return copy / programs.name


def _may_execute(programs: Path, user: pwd.struct_passwd) -> bool:
    """Whether ``user`` may enter every folder above ``programs``."""
    search = 0o001
    return all(
        folder.stat().st_mode & search or folder.stat().st_uid == user.pw_uid
        for folder in (programs, *programs.parents)
    )
