"""The command on a real loopback socket, as a process of its own."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = [pytest.mark.enable_socket]
COMMAND = [sys.executable, "-m", "codepipeline_page"]


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    environ = {
        **os.environ,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "1" * 12,
        "AWS_SECRET_ACCESS_KEY": "nobody's",
        "AWS_CONFIG_FILE": os.devnull,
        "PYTHONUNBUFFERED": "1",
        "HOME": str(tmp_path),
    }
    command = [*COMMAND, "--pipeline", "delivery", "--region", "us-east-1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def ask(address: str, request: str) -> str:
    """Send raw bytes, with the host filled in, and return the raw response; the connection closes after it."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(request.replace("HOST", parts.netloc).replace("\n", "\r\n").encode())
        return b"".join(iter(lambda: connection.recv(65536), b"")).decode()


def test_page_is_served_on_loopback_until_it_is_stopped(page: tuple[subprocess.Popen[str], str]) -> None:
    process, address = page
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    assert parts.port is not None
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("127.0.0.1", parts.port))
    cookie = f"delivery-page-{parts.port}={parts.query.partition('=')[2]}"
    connection = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=30)
    for method, status, length in (("GET", 200, True), ("HEAD", 200, False)):
        connection.request(method, "/pipeline/", headers={"Cookie": cookie})
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (status, length)
        assert response.getheader("Content-Security-Policy")
        assert response.getheader("Server") is None
    connection.close()
    closing = "Connection: close\n\n"
    assert ask(address, f"GET /pipeline/ HTTP/1.1\nHost: HOST\n{closing}").startswith("HTTP/1.1 403 ")
    assert ask(address, f"GET /pipeline/ HTTP/1.1\nHost: evil.example\n{closing}").startswith("HTTP/1.1 421 ")
    origin = f"Cookie: {cookie}\nOrigin: http://HOST\nContent-Type: application/json\n"
    chunked = f"POST /pipeline/api/stops HTTP/1.1\nHost: HOST\n{origin}Transfer-Encoding: chunked\n{closing}0\n\n"
    assert ask(address, chunked).startswith("HTTP/1.1 411 ")
    large = f"POST /pipeline/api/stops HTTP/1.1\nHost: HOST\n{origin}Content-Length: 16385\n{closing}"
    assert ask(address, large).startswith("HTTP/1.1 413 ")
    assert ask(address, "NONSENSE\n\n").startswith("HTTP/1.1 400 ")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_help_lists_every_option() -> None:
    text = subprocess.run([*COMMAND, "--help"], check=True, capture_output=True, text=True).stdout
    assert text.startswith("Usage: codepipeline-page [OPTIONS]\n")
    options = ("--pipeline", "--region", "--profile", "--account-profile ACCOUNT=PROFILE", "--port", "--address-file")
    assert [each for each in options if each not in text] == []
