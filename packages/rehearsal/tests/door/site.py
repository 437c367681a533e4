"""A door with an emulator behind it, and programs that run in sandboxes before it."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.codebuild import site

from cdk_rehearsal.door.config import DoorConfig
from cdk_rehearsal.door.trust import door_environment
from cdk_rehearsal.emulator.config import account_root
from cdk_rehearsal.sandbox.command import confined
from cdk_rehearsal.sandbox.settings import SandboxSettings
from cdk_rehearsal.sandbox.view import network_specification

ROOT = Path(__file__).parents[3]
ACCOUNT = site.ACCOUNT
SECRET = "the-secret-of-the-tests"
"""What the emulator of these tests derives its root credentials from."""
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": ACCOUNT,
    "AWS_SECRET_ACCESS_KEY": account_root(ACCOUNT, SECRET)["SecretAccessKey"],
    "AWS_REGION": site.REGION,
    "AWS_DEFAULT_REGION": site.REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Door:
    """A running door, and the settings of sandboxes that lead to it."""

    config: DoorConfig
    process: subprocess.Popen[bytes]
    settings: SandboxSettings

    def run(self, *command: str, confine: bool = True, cwd: Path = Path("/"), **more: str) -> "Answer":
        """Run a program with the door as its way out: in a sandbox, or by its environment alone."""
        path = self.settings.folder / "network.json"
        network_specification(self.settings).save(path)
        given = {"PATH": os.environ["PATH"], "HOME": str(self.config.folder), **CREDENTIALS}
        variables = {**given, **door_environment(self.config, confined=confine), **more}
        words = [*(confined(path) if confine else []), *command]
        answer = subprocess.run(words, env=variables, cwd=cwd, capture_output=True, text=True, check=False, timeout=120)
        return Answer(answer.returncode, answer.stdout, answer.stderr)

    def refused(self) -> str:
        return self.config.refusals.read_text() if self.config.refusals.exists() else ""

    def log(self) -> str:
        return (self.config.folder / "door.log").read_text()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@dataclass(frozen=True)
class Answer:
    """What a program did."""

    status: int
    out: str
    err: str


def open_door(folder: Path, *, emulator: int, secret: str, ports: tuple[int, ...] = (), **settings: Any) -> Door:
    """Open a door in a folder; close it with ``stop``."""
    (folder / "sandbox").mkdir(parents=True)
    token = secrets.token_urlsafe()
    config = DoorConfig(folder=folder, port=free_port(), emulator=emulator, secret=secret, token=token, **settings)
    config.save(folder / "door.json")
    with (folder / "door.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cdk_rehearsal.door", str(folder / "door.json")], cwd=ROOT, stderr=log
        )
    while not config.authority.exists():
        assert process.poll() is None, (folder / "door.log").read_text()
        time.sleep(0.02)
    made = SandboxSettings(
        door=config.socket,
        folder=folder / "sandbox",
        bundle=config.bundle,
        proxy=config.port,
        ports=(emulator, *ports),
        home=Path.home(),
    )
    return Door(config, process, made)
