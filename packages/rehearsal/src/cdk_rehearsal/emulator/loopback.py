"""Nothing leaves this machine: an audit hook refuses every connection and name look-up beyond loopback."""

import ipaddress
import json
import socket
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class OutboundRefusedError(ConnectionRefusedError):
    """Something tried to reach an address beyond loopback."""


def refuse_outbound(record: Path | None) -> None:
    """Refuse, for the rest of this process's life, connections and look-ups beyond loopback. Unix sockets are free.

    Args:
        record: gets a line of JSON (``time``, ``event``, ``address``) for each refusal; its folder must exist.

    The refused caller gets an :class:`OutboundRefusedError`, which is an ``OSError`` as any failed connection.
    """
    sys.addaudithook(partial(guard, record))


def guard(record: Path | None, event: str, arguments: tuple[Any, ...]) -> None:
    """Judge one audit event; raises and records as :func:`refuse_outbound` says."""
    host = outbound_host(event, arguments)
    if host is None:
        return
    if record:
        line = json.dumps({"time": round(time.time(), 3), "event": event, "address": host})
        with record.open("a") as file:
            file.write(line + "\n")
    raise OutboundRefusedError(f"the rehearsal stays on loopback: {event} to {host} was refused")


def outbound_host(event: str, arguments: tuple[Any, ...]) -> str | None:
    """Return the host beyond loopback that an audit event is about, or None."""
    host: Any
    if event in CONNECTIONS:
        connection, address = arguments
        if connection.family not in (socket.AF_INET, socket.AF_INET6) or address is None:
            return None
        host = address[0]
    elif event in LOOK_UPS:
        host = arguments[0]
    else:
        return None
    name = host.decode() if isinstance(host, bytes) else host
    return None if _stays(name) else str(name)


def _stays(name: str | None) -> bool:
    if not name or name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
