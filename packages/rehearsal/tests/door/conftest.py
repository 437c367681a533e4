"""One emulator and one door for the tests of the network."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.codebuild import site as emulators
from tests.door.proxy import OwnProxy
from tests.door.site import ROOT, SECRET, Door, open_door

from cdk_rehearsal.sandbox.command import unavailable

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnProxy]:
    """A user's own proxy, with the only server that there is behind it."""
    with OwnProxy(tmp_path_factory.mktemp("upstream")) as running:
        yield running


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[emulators.Emulator]:
    folder = tmp_path_factory.mktemp("door-emulator")
    running = emulators.start(emulators.configuration(folder, door_secret=secrets.token_urlsafe(), secret=SECRET))
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def door(tmp_path_factory: pytest.TempPathFactory, emulator: emulators.Emulator, upstream: OwnProxy) -> Iterator[Door]:
    environ = {"HOME": "/nonexistent", "PATH": os.defpath, "HTTPS_PROXY": upstream.url, "HTTP_PROXY": upstream.url}
    running = open_door(
        tmp_path_factory.mktemp("doors") / ("deep" * 30) / "a 'b' $c",
        emulator=emulator.config.port,
        secret=emulator.config.door_secret,
        ports=(upstream.port,),
        allowed=("allowed.example",),
        environ=environ,
    )
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def namespaces(tmp_path_factory: pytest.TempPathFactory) -> None:
    reason = unavailable(tmp_path_factory.mktemp("probe"))
    if reason:
        pytest.skip(f"this machine has no user namespaces: {reason}")


@pytest.fixture(scope="session")
def old_boto3(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The PYTHONPATH of a boto3 that knows no AWS_ENDPOINT_URL."""
    folder = tmp_path_factory.mktemp("boto3")
    uv = next(
        iter(sorted(Path(os.environ.get("DELIVERY_CACHE", ROOT / ".cache")).glob("installer/*/bin/uv"))), None
    ) or shutil.which("uv")
    assert uv, "uv installs the packages of this test: run `make setup`"
    words = ["pip", "install", "--quiet", "--python", sys.executable, "--target", str(folder), "--require-hashes"]
    subprocess.run([str(uv), *words, "-r", str(HERE / "python" / "requirements.txt")], check=True)
    return str(folder)


@pytest.fixture(scope="session")
def old_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with JavaScript SDK 2."""
    folder = tmp_path_factory.mktemp("javascript")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "javascript" / name, folder)
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--prefer-offline"], cwd=folder, check=True)
    return folder
