import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cdk_rehearsal.emulator.loopback import OutboundRefusedError, guard, outbound_host

CONNECTING = "socket.connect"
LOOKING_UP = "socket.getaddrinfo"


def attempt(family: int, address: Any, event: str = CONNECTING) -> str | None:
    return outbound_host(event, (SimpleNamespace(family=family), address))


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 80)),
        (socket.AF_INET, ("127.9.9.9", 80)),
        (socket.AF_INET, ("localhost", 80)),
        (socket.AF_INET6, ("::1", 80, 0, 0)),
        (socket.AF_INET6, ("::ffff:127.0.0.1", 80, 0, 0)),
        (socket.AF_INET, ("", 80)),
        (socket.AF_UNIX, "/run/some.sock"),
        (socket.AF_INET, None),
    ],
)
def test_loopback_and_unix_sockets_are_free(family: int, address: Any) -> None:
    assert attempt(family, address) is None


@pytest.mark.parametrize(
    ("family", "address", "host"),
    [
        (socket.AF_INET, ("169.254.169.254", 80), "169.254.169.254"),
        (socket.AF_INET, ("10.0.0.1", 80), "10.0.0.1"),
        (socket.AF_INET, ("rds.amazonaws.com", 443), "rds.amazonaws.com"),
        (socket.AF_INET6, ("fe80::1%eth0", 80, 0, 2), "fe80::1%eth0"),
        (socket.AF_INET6, ("::ffff:10.0.0.1", 80, 0, 0), "::ffff:10.0.0.1"),
        (socket.AF_INET, ("0.0.0.0", 80), "0.0.0.0"),  # noqa: S104 - an address that is refused
    ],
)
@pytest.mark.parametrize("event", [CONNECTING, "socket.sendto", "socket.sendmsg"])
def test_every_other_address_is_outbound(event: str, family: int, address: Any, host: str) -> None:
    assert attempt(family, address, event) == host


@pytest.mark.parametrize("name", ["localhost", "bucket.localhost", b"127.0.0.1", None])
def test_loopback_names_may_be_looked_up(name: Any) -> None:
    assert outbound_host(LOOKING_UP, (name, 80, 0, 0, 0)) is None


@pytest.mark.parametrize("event", [LOOKING_UP, "socket.gethostbyname", "socket.gethostbyaddr"])
def test_other_names_may_not_even_be_looked_up(event: str) -> None:
    assert outbound_host(event, (b"s3.amazonaws.com", 443)) == "s3.amazonaws.com"


def test_events_of_other_kinds_are_nobodys_business() -> None:
    assert outbound_host("open", ("/etc/hosts", "r", 0)) is None


@pytest.mark.parametrize("recorded", [True, False])
def test_a_refusal_is_an_os_error_that_names_the_host_and_is_recorded_where_asked(
    tmp_path: Path, *, recorded: bool
) -> None:
    record = tmp_path / "outbound.json" if recorded else None
    guard(record, LOOKING_UP, ("localhost", 80, 0, 0, 0))
    for name in ("one.example.com", "two.example.com"):
        with pytest.raises(OutboundRefusedError, match=name):
            guard(record, LOOKING_UP, (name, 443, 0, 0, 0))
    found = [json.loads(line)["address"] for line in record.read_text().splitlines()] if record else None
    assert found == (["one.example.com", "two.example.com"] if recorded else None)
    assert issubclass(OutboundRefusedError, OSError)


PROGRAM = """
import socket, sys
from pathlib import Path
from cdk_rehearsal.emulator.loopback import OutboundRefusedError, refuse_outbound
refuse_outbound(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
try:
    socket.create_connection(("198.51.100.7", 443), timeout=1)
except OutboundRefusedError as refusal:
    print(refusal)
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    socket.create_connection(listener.getsockname()).close()
    print("loopback is open")
"""


def run(*arguments: str) -> list[str]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    return subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_process_that_refuses_is_told_where_it_wanted_to_go_and_it_is_recorded(tmp_path: Path) -> None:
    record = tmp_path / "outbound.json"
    refusal, loopback = run(str(record))
    assert "stays on loopback" in refusal
    assert "198.51.100.7" in refusal
    assert loopback == "loopback is open"
    (line,) = [json.loads(line) for line in record.read_text().splitlines()]
    assert (line["event"], line["address"]) == ("socket.getaddrinfo", "198.51.100.7")


def test_a_process_may_refuse_without_a_record() -> None:
    refusal, loopback = run()
    assert "198.51.100.7" in refusal
    assert loopback == "loopback is open"
