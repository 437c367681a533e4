"""The door of a rehearsal: started before anything else runs, and on the way of all that does."""

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
# How hosts are reached, and what pip, uv, and npm are configured with.
READ_PREFIXES = ("PIP_", "UV_", "npm_config_", "NPM_CONFIG_", "XDG_CONFIG_")
READ_NAMES = ("HOME", "PATH", NODE_VARIABLE, *BUNDLE_VARIABLES)
PROXY_WORDS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
UNCONFINED = "no user namespaces ({}): builds can read your files, and only proxies keep them from the network"


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """A door that is open. ``sandbox`` is None, and ``reason`` says why, where this machine has no user namespaces."""

    config: DoorConfig
    sandbox: SandboxSettings | None
    reason: str = ""


def open_outlet(
    folders: Folders,
    *,
    emulator: int,
    port: int,
    ports: Iterable[int],
    allowed: Iterable[str],
    environ: Mapping[str, str],
    keep: Iterable[str],
    started: Callable[[Started], None],
) -> Outlet:
    """Open the door on ``port`` before an emulator on ``emulator``; sandboxes reach ``ports`` of loopback as well.

    ``started`` is told of the door's process as soon as it is there. Raises :class:`RehearsalError`.
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
    started(start_door(folders, config))
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


def start_door(folders: Folders, config: DoorConfig) -> Started:
    """Start the door's process and wait until it is open. Raises :class:`RehearsalError`."""
    config.authority.unlink(missing_ok=True)
    log = folders.logs / "door.log"
    command: list[str | Path] = [sys.executable, "-m", "cdk_rehearsal.door", folders.door / "door.json"]
    process = start(command, log=log, env={"PATH": config.environ.get("PATH", "")}, cwd=ROOT)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if config.authority.exists():
            return Started.of(process.pid)
        time.sleep(0.02)
    process.kill()
    lines = last_lines(log.read_text(errors="replace"))
    raise RehearsalError(f"the door did not open; log: {log}\n{lines}".rstrip())


def through_door(folders: Folders, command: Sequence[str | Path]) -> list[str | Path]:
    """Return a command of the driver's as it runs in the sandbox of its network, where there is one."""
    return [*(confined(folders.network) if folders.network.exists() else []), *command]


def child_environment(folders: Folders, environ: Mapping[str, str], *, keep: Iterable[str]) -> dict[str, str]:
    """Return what every child process gets: that of :func:`base_environment`, with the door as the way out.

    Before the door is open, it is only the former.
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
