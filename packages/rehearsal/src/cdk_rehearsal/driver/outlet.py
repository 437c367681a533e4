"""The door of a rehearsal. It starts first, and every other process reaches the network only through it."""

import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.door.names import split_address
from cdk_rehearsal.door.refusals import summary
from cdk_rehearsal.door.registries import configured_hosts
from cdk_rehearsal.door.trust import BUNDLE_VARIABLES, NODE_OPTIONS, NODE_VARIABLE, door_environment
from cdk_rehearsal.driver.environment import base_environment
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.processes import Started, last_lines, start
from cdk_rehearsal.driver.visible import caches_of, tools_of
from cdk_rehearsal.errors import RehearsalError
from cdk_rehearsal.sandbox.command import confined, unavailable
from cdk_rehearsal.sandbox.settings import SandboxSettings
from cdk_rehearsal.sandbox.view import network_specification

PATIENCE_SECONDS = 30
ROOT = Path(__file__).parents[2]
# Variables that configure the network, pip, uv, and npm.
READ_PREFIXES = ("PIP_", "UV_", "npm_config_", "NPM_CONFIG_", "XDG_CONFIG_")
READ_NAMES = ("HOME", "PATH", NODE_VARIABLE, *BUNDLE_VARIABLES)
PROXY_WORDS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
UNCONFINED = "no user namespaces ({}): builds can read your files, and only proxies keep them from the network"


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """An open door. ``sandbox`` is None on a machine without user namespaces; ``reason`` then holds the cause."""

    config: DoorConfig
    sandbox: SandboxSettings | None
    reason: str = ""


def open_outlet(  # noqa: PLR0913 - what a door and the sandboxes need to know
    folders: Folders,
    *,
    emulator: int,
    port: int,
    ports: Iterable[int],
    allowed: Iterable[str],
    environ: Mapping[str, str],
    keep: Iterable[str],
    started: Callable[[Started], None],
    marks: Mapping[str, str],
) -> Outlet:
    """Open the door on ``port`` for an emulator on ``emulator``; sandboxes also reach the loopback ``ports``.

    ``started`` is called with the door's process, which has ``marks`` in its environment. Raises
    :class:`RehearsalError`.
    """
    folders.door.mkdir(mode=0o700, parents=True)
    config = DoorConfig(
        port=port,
        emulator=emulator,
        secret=secrets.token_urlsafe(32),
        token=secrets.token_urlsafe(32),
        folder=folders.door,
        allowed=tuple(allowed),
        environ={name: value for name, value in environ.items() if _is_read(name)},
    )
    config.save(folders.door / "door.json")
    started(start_door(folders, config, marks=marks))
    scratch = folders.door / "sandbox"
    scratch.mkdir()
    reason = unavailable(scratch)
    if reason:
        return Outlet(config=config, sandbox=None, reason=reason)
    local = (split_address(host, 0)[1] for host in configured_hosts(environ) if ":" in host)
    kept = {name: environ[name] for name in keep if name in environ}
    home = Path(environ.get("HOME", Path.home()))
    sandbox = SandboxSettings(
        door=config.socket,
        folder=scratch,
        bundle=config.bundle,
        proxy=config.port,
        ports=tuple(dict.fromkeys([emulator, *ports, *local])),
        tools=(folders.image, *tools_of(environ, kept, home)),
        caches=tuple(caches_of(kept, home)),
        home=home,
    )
    network_specification(sandbox).save(folders.network)
    return Outlet(config=config, sandbox=sandbox)


def start_door(folders: Folders, config: DoorConfig, *, marks: Mapping[str, str]) -> Started:
    """Start the door with ``marks`` in its environment; wait until it is open. Raises :class:`RehearsalError`."""
    config.authority.unlink(missing_ok=True)
    log = folders.logs / "door.log"
    command: list[str | Path] = [sys.executable, "-m", "cdk_rehearsal.door", folders.door / "door.json"]
    process = start(command, log=log, env={"PATH": config.environ.get("PATH", ""), **marks}, cwd=ROOT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if config.authority.exists():
            return Started.of(process.pid)
        time.sleep(0.02)
    process.kill()
    lines = last_lines(log.read_text(errors="replace"))
    raise RehearsalError(f"the door did not open; log: {log}\n{lines}".rstrip())


def through_door(folders: Folders, command: Sequence[str | Path]) -> list[str | Path]:
    """Return ``command`` wrapped for the network sandbox; unchanged on a machine without user namespaces."""
    return [*(confined(folders.network) if folders.network.exists() else []), *command]


def child_environment(folders: Folders, environ: Mapping[str, str], *, keep: Iterable[str]) -> dict[str, str]:
    """Return the environment of every child process: :func:`base_environment`, and the door as its proxy.

    Before the door is open, this is :func:`base_environment` alone.
    """
    base, file = base_environment(environ, keep=keep), folders.door / "door.json"
    if not file.exists():
        return base
    door = door_environment(DoorConfig.load(file), confined=folders.network.exists())
    options = " ".join(each[NODE_OPTIONS] for each in (base, door) if NODE_OPTIONS in each)
    return {**base, **door, **({NODE_OPTIONS: options} if options else {})}


def refused_hosts(folders: Folders) -> list[str]:
    """Return a line for each host that was refused."""
    return summary(folders.door / "refused.json")


def _is_read(name: str) -> bool:
    return name in READ_NAMES or name.startswith(READ_PREFIXES) or name.lower() in PROXY_WORDS
