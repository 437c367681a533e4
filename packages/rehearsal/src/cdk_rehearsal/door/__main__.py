"""``python -m cdk_rehearsal.door CONFIG`` keeps one door open until it is told to stop."""

import asyncio
import datetime as dt
import logging
import socket
import sys
import time
from pathlib import Path

from cdk_rehearsal.codebuild.machine.python import bundled_pip
from cdk_rehearsal.door.authority import Authority
from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.door.connections import Connections
from cdk_rehearsal.door.policy import Policy
from cdk_rehearsal.door.refusals import Refusals
from cdk_rehearsal.door.registries import registry_hosts
from cdk_rehearsal.door.server import Server, listen_on_path
from cdk_rehearsal.door.trust import write_trust
from cdk_rehearsal.door.upstream import Upstream
from cdk_rehearsal.errors import RehearsalError


def main(path: Path) -> None:
    """Serve as the configuration says. The authority's certificate appears once the door is open."""
    config = DoorConfig.load(path)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        upstream = Upstream.read(config.environ)
        proxy = socket.create_server(("127.0.0.1", config.port), backlog=128)
    except RehearsalError as error:
        sys.exit(f"door: {error}")
    except OSError as error:
        sys.exit(f"door: port 127.0.0.1:{config.port} is busy ({error.strerror}); stop what uses it")
    control = listen_on_path(config.socket)
    authority = Authority(config.folder, now=dt.datetime.now(dt.UTC))
    connections = Connections(
        policy=_policy(config),
        authority=authority,
        refusals=Refusals(config.refusals, time.time),
        upstream=upstream,
        emulator=config.emulator,
        secret=config.secret,
        token=config.token,
    )
    write_trust(config, authority.pem, config.environ)
    asyncio.run(Server(connections).run(proxy=proxy, control=control))


def _policy(config: DoorConfig) -> Policy:
    found: list[frozenset[str]] = []

    def registries() -> frozenset[str]:
        if not found:
            found.append(registry_hosts(config.environ, pip_wheel=bundled_pip()))
        return found[0]

    return Policy(emulator=config.emulator, allowed=config.allowed, registries=registries)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
