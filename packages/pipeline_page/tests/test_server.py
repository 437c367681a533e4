"""The page's server, on a socket of its own."""

import subprocess
import sys

import pytest

from codepipeline_page.server import Server

pytestmark = [pytest.mark.enable_socket]


def test_it_listens_on_loopback_alone_and_takes_no_port_that_is_taken() -> None:
    with Server(0) as server:
        host, port = server.server_address[:2]
        assert (host, server.port) == ("127.0.0.1", port)
        with pytest.raises(OSError, match="in use"):
            Server(server.port)


def test_the_command_says_what_it_takes() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "codepipeline_page", "--help"], check=True, capture_output=True, text=True
    ).stdout
    assert "--pipeline" in said
    assert "--account-profile ACCOUNT=PROFILE" in said
