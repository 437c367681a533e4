"""One emulator for the tests of builds, with a project, its role and its bucket made through the public APIs."""

import contextlib
import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig

ACCOUNT = "111111111111"
REGION = "us-east-1"
ENDED = ("SUCCEEDED", "FAILED", "FAULT", "TIMED_OUT", "STOPPED")


@dataclass(frozen=True)
class Emulator:
    """A running emulator and the account that its tests act in."""

    config: EmulatorConfig
    process: subprocess.Popen[bytes]

    def client(self, service: str, credentials: Mapping[str, str] | None = None) -> Any:
        return client(
            service, endpoint=self.config.endpoint, region=REGION, credentials=credentials or self.config.root(ACCOUNT)
        )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait(30)

    def role(self, name: str, *statements: Mapping[str, Any], trusts: str = "codebuild.amazonaws.com") -> str:
        """Make a role that CodeBuild may assume and return its ARN."""
        iam = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": trusts}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
        return arn

    def project(self, name: str, role: str, **settings: Any) -> None:
        """Make a project of a buildspec as text, without a source."""
        environment = {
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        }
        given = {"artifacts": {"type": "NO_ARTIFACTS"}, "environment": environment, "serviceRole": role, **settings}
        self.client("codebuild").create_project(name=name, **given)

    def ended(self, build_id: str) -> dict[str, Any]:
        """Wait for a build and return its record."""
        codebuild = self.client("codebuild")
        for _ in range(600):
            (build,) = codebuild.batch_get_builds(ids=[build_id])["builds"]
            if build["buildStatus"] in ENDED:
                return dict(build)
            time.sleep(0.05)
        raise AssertionError(f"build {build_id} doesn't end: {build}")

    def log(self, build_id: str) -> str:
        return self.config.build_log(build_id).read_text()


def start(config: EmulatorConfig) -> Emulator:
    path = config.state_dir.with_suffix(".json")
    config.save(path)
    process = subprocess.Popen([sys.executable, "-m", "cdk_rehearsal.emulator", "--config", str(path)], cwd=path.parent)
    while not answers(config.port):
        assert process.poll() is None, "the emulator ended at once"
        time.sleep(0.05)
    return Emulator(config, process)


def answers(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=1)) as connection:
        try:
            connection.request("GET", "/_rehearsal/health")
            return connection.getresponse().read() != b""
        except OSError:
            return False


def configuration(folder: Path, **settings: Any) -> EmulatorConfig:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return EmulatorConfig(port=port, state_dir=folder / "state", build_path=os.environ["PATH"], **settings)


def archive(files: Mapping[str, str], *, executable: frozenset[str] = frozenset()) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as target:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (0o100755 if name in executable else 0o100644) << 16
            target.writestr(entry, text)
    return body.getvalue()


def allow(*actions: str, on: str | list[str] = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


LOGS = allow("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
