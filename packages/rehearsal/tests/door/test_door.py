"""The one way out, tried by real programs. Nothing here is ever sent to a public address."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.codebuild.site import Emulator
from tests.door.proxy import OwnProxy
from tests.door.site import ACCOUNT, Answer, Door

pytestmark = [pytest.mark.enable_socket, pytest.mark.usefixtures("namespaces")]
QUERY = "?Action=GetCallerIdentity&Version=2011-06-15"
STS = f"sts.us-east-1.amazonaws.com/{QUERY}"
WAYS = pytest.mark.parametrize("confine", [True, False], ids=["sandbox", "proxy"])
BOTO3 = """
import boto3
print(boto3.__version__, boto3.client("sts").get_caller_identity()["Account"])
s3 = boto3.client("s3")
s3.create_bucket(Bucket="from.python")
s3.put_object(Bucket="from.python", Key="a/b", Body=b"x" * 3_000_000)
print(len(s3.get_object(Bucket="from.python", Key="a/b")["Body"].read()))
"""
JAVASCRIPT = """
const AWS = require('aws-sdk');
(async () => {
  console.log(AWS.VERSION, (await new AWS.STS().getCallerIdentity().promise()).Account);
  const s3 = new AWS.S3();
  await s3.createBucket({ Bucket: 'from-javascript' }).promise();
  await s3.putObject({ Bucket: 'from-javascript', Key: 'a/b', Body: 'hello' }).promise();
  console.log(String((await s3.getObject({ Bucket: 'from-javascript', Key: 'a/b' }).promise()).Body));
})().catch((error) => {
  console.error(error.message, error.originalError ? error.originalError.message : '');
  process.exit(1);
});
"""


def connect(door: Door, host: str, port: int) -> Answer:
    code = f"import socket; socket.create_connection(({host!r}, {port}), timeout=20)"
    return door.run(sys.executable, "-c", code)


@WAYS
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_curl_to_an_aws_host_reaches_the_emulator(door: Door, scheme: str, confine: bool) -> None:  # noqa: FBT001
    answer = door.run("curl", "--silent", "--show-error", f"{scheme}://{STS}", confine=confine)
    assert "MissingAuthenticationToken" in answer.out, answer.err


@pytest.mark.deep
@WAYS
def test_boto3_before_1_31_reaches_the_emulator(door: Door, old_boto3: str, confine: bool) -> None:  # noqa: FBT001
    answer = door.run(sys.executable, "-c", BOTO3, confine=confine, PYTHONPATH=old_boto3)
    assert answer.out.split() == ["1.26.165", ACCOUNT, "3000000"], answer.err


@pytest.mark.deep
def test_javascript_sdk_2_reaches_the_emulator(door: Door, old_sdk: Path) -> None:
    answer = door.run("node", "-e", JAVASCRIPT, cwd=old_sdk)
    assert answer.out.split() == ["2.1692.0", ACCOUNT, "hello"], answer.err


@pytest.mark.deep
def test_javascript_sdk_2_is_refused_by_name_without_namespaces(door: Door, old_sdk: Path) -> None:
    answer = door.run("node", "-e", JAVASCRIPT, cwd=old_sdk, confine=False)
    assert answer.status == 1
    assert "with regard neither to HTTPS_PROXY nor to AWS_ENDPOINT_URL" in answer.err
    assert "amazonaws.com" in answer.err


def test_signed_host_is_what_the_emulator_verifies(door: Door) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    answer = door.run(sys.executable, "-c", code, PYTHONPATH=os.pathsep.join(sys.path))
    assert answer.out.strip() == f"arn:aws:iam::{ACCOUNT}:root", answer.err


@WAYS
@pytest.mark.parametrize("url", ["https://refused.example/", "http://refused.example/"])
def test_other_host_is_refused_with_advice_and_recorded(door: Door, url: str, confine: bool) -> None:  # noqa: FBT001
    before = door.refused().count("refused.example")
    answer = door.run("curl", "--silent", "--show-error", url, confine=confine)
    assert answer.out == "refused.example: not reachable from a rehearsal; allow it with --allow-host refused.example\n"
    assert door.refused().count("refused.example") == before + 1


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])
def test_raw_socket_to_another_network_is_refused_at_once(door: Door, host: str) -> None:
    begun = time.monotonic()
    answer = connect(door, host, 443)
    assert "OSError" in answer.err
    assert "nreachable" in answer.err
    assert time.monotonic() - begun < 10, "no time limit ended it"


def test_ports_of_loopback_other_than_the_rehearsals_are_closed(door: Door, upstream: OwnProxy) -> None:
    assert connect(door, "127.0.0.1", upstream.port).status == 0
    assert "ConnectionRefusedError" in connect(door, "127.0.0.1", upstream.port + 1).err


@WAYS
def test_allowed_host_passes_untouched_by_the_users_proxy(
    door: Door,
    upstream: OwnProxy,
    confine: bool,  # noqa: FBT001
) -> None:
    trusted = ["curl", "--silent", "--show-error", "--cacert", str(upstream.trust), "https://allowed.example/"]
    answer = door.run(*trusted, confine=confine)
    assert answer.out == "hello allowed.example", answer.err
    assert upstream.asked[-1] == "CONNECT allowed.example:443 HTTP/1.1"


@WAYS
def test_plain_http_to_an_allowed_host_goes_by_the_users_proxy(
    door: Door,
    upstream: OwnProxy,
    confine: bool,  # noqa: FBT001
) -> None:
    answer = door.run("curl", "--silent", "--show-error", "http://allowed.example/path?q=1", confine=confine)
    assert answer.out == "hello allowed.example", answer.err
    assert upstream.asked[-1] == "GET http://allowed.example:80/path?q=1 HTTP/1.1"


def test_direct_connection_without_proxy_variables_passes_by_name(door: Door, upstream: OwnProxy) -> None:
    words = ["curl", "--noproxy", "*", "--silent", "--show-error", "--cacert", str(upstream.trust)]
    answer = door.run(*words, "https://allowed.example/")
    assert answer.out == "hello allowed.example", answer.err


def test_proxy_refuses_who_does_not_know_its_password(door: Door) -> None:
    words = ["curl", "--silent", "--include", "--proxy", f"http://127.0.0.1:{door.config.port}"]
    for url in ("http://allowed.example/", "https://allowed.example/"):
        answer = door.run(*words, url, confine=False)
        assert answer.out.startswith("HTTP/1.1 407 ")


def test_requests_that_forge_the_door_are_refused(emulator: Emulator) -> None:
    words = ["curl", "--silent", "--include", "--header", "X-Rehearsal-Signed-Host: sts.amazonaws.com"]
    answer = subprocess.run([*words, f"{emulator.config.endpoint}/{QUERY}"], capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("HTTP/1.1 403")


def test_secrets_of_the_door_are_its_owners_alone(door: Door) -> None:
    assert (door.config.folder / "door.json").stat().st_mode & 0o077 == 0
    assert door.config.socket.stat().st_mode & 0o077 == 0
    everything = b"".join(path.read_bytes() for path in door.config.folder.rglob("*.pem"))
    assert b"PRIVATE KEY" not in everything


def test_door_survives_clients_that_speak_nonsense(door: Door) -> None:
    for data in (b"\x16\x03\x01\x00\x05hello", b"nonsense\r\n\r\n", b"CONNECT x:y HTTP/1.1\r\nHost: x\r\n\r\n"):
        talk = f"import socket; s = socket.create_connection(('127.0.0.1', 443)); s.sendall({data!r}); s.recv(9)"
        assert "TimeoutExpired" not in door.run(sys.executable, "-c", talk).err
    assert "MissingAuthenticationToken" in door.run("curl", "--silent", f"https://{STS}").out
    assert "Task exception" not in door.log()
