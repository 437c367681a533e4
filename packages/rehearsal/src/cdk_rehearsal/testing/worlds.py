"""A repository of a test's own, and a rehearsal of it."""

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

from cdk_rehearsal.driver.accounts import ExecutionPolicies
from cdk_rehearsal.driver.console import Progress
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.follow import Delivery
from cdk_rehearsal.driver.pipeline_api import Approval
from cdk_rehearsal.driver.preview import StackPreview
from cdk_rehearsal.driver.rehearsal import Decision, Rehearsal, Request
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.emulator.clients import client

GUARD = Path(__file__).parent / "guard"
TOOLS, DEV, PROD = "1" * 12, "2" * 12, "3" * 12
HOME, ELSEWHERE = "us-east-1", "eu-west-1"
CACHES = {
    "DELIVERY_CACHE": "",
    "UV_CACHE_DIR": "uv",
    "npm_config_cache": "npm",
    "NODE_COMPILE_CACHE": "node-compile",
    "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "jsii",
}
IDENTITY = {
    "GIT_AUTHOR_NAME": "Developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_COMMITTER_NAME": "Developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def guarded(record: Path) -> dict[str, str]:
    """What makes every Python and Node that is started record in ``record``, and refuse, what is not loopback."""
    guard = {"NODE_OPTIONS": f"--require {GUARD / 'guard.cjs'}", "PYTHONPATH": str(GUARD)}
    return {**guard, "OUTBOUND_RECORD": str(record)}


def git(folder: Path, *words: str) -> str:
    environment = {**os.environ, **IDENTITY}
    return subprocess.run(
        ["git", *words], cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout


def copy_of_repository(root: Path, folder: Path) -> Path:
    """Copy the repository at ``root`` into ``folder``, uncommitted changes included, as one commit."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (root / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, folder / name, follow_symlinks=False)
    return committed(folder, "A copy of the repository")


def caches() -> dict[str, str]:
    """Return the variables that point package managers at the caches under ``DELIVERY_CACHE``."""
    home = Path(os.environ.get("DELIVERY_CACHE") or ".cache").absolute()
    return {name: str(home / folder) for name, folder in CACHES.items()}


def committed(folder: Path, message: str) -> Path:
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", f"--message={message}")
    return folder


@dataclass
class World:
    """A rehearsal that tests push to; ``answers`` are given to approvals, ``previews`` what these were told.

    ``regions`` says in which region an account's stage lives, where it is not HOME.
    """

    work: Path
    folders: Folders
    rehearsal: Rehearsal
    said: io.StringIO
    answer: Decision = field(default_factory=Decision)
    previews: dict[str, list[StackPreview]] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, work: Path, root: Path, *, policies: ExecutionPolicies, **more: Any) -> "World":
        """Rehearse the repository ``work``; the rehearsal's own files go to ``root``; ``more`` is in the request."""
        said = io.StringIO()
        folders = Folders(root=root)
        guard = guarded(root.parent / "outbound")
        environ = {**caches(), **os.environ, **guard, "SAMPLE_PYTHON": sys.executable}
        # A user's settings, which must not matter.
        environ |= {
            "AWS_PROFILE": "no-such-profile",
            "AWS_ACCESS_KEY_ID": "AKIAUSERSOWNKEY",
            "AWS_REGION": "eu-north-1",
        }
        # Nothing listens there: what is asked of this proxy fails. Registries speak HTTPS, the emulator HTTP.
        environ |= dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
        request = Request(app=work, policies=policies, keep=(*CACHES, *guard, "SAMPLE_PYTHON"), environ=environ, **more)
        rehearsal = Rehearsal.open(
            request, folders=folders, progress=Progress(Console(file=said, emoji=False, width=200))
        )
        return cls(work=work, folders=folders, rehearsal=rehearsal, said=said)

    def push(self) -> Delivery:
        """Push HEAD and follow it to its end."""

        def decide(approval: Approval, previews: list[StackPreview]) -> Decision:
            self.previews[approval.stage] = previews
            return self.answer

        repository = Repository.open(self.work, {**self.rehearsal.environment(), **IDENTITY})
        delivery = self.rehearsal.deliver(repository, decide)
        assert delivery is not None
        return delivery

    def client(self, service: str, account: str, region: str | None = None) -> Any:
        endpoint, where = self.rehearsal.config.endpoint, region or self.regions.get(account, HOME)
        return client(service, endpoint=endpoint, region=where, credentials=self.rehearsal.config.root(account))

    def outbound(self) -> list[dict[str, str]]:
        """What any program of this rehearsal tried to reach beyond this machine, package managers included."""
        records = (self.folders.root.parent / "outbound", self.rehearsal.config.state_dir / "logs" / "outbound.json")
        return [json.loads(line) for path in records if path.exists() for line in path.read_text().splitlines()]

    def stacks(self, account: str) -> dict[str, str]:
        """The status of every stack of an account that is not CDK's own."""
        found = self.client("cloudformation", account).describe_stacks()["Stacks"]
        return {each["StackName"]: each["StackStatus"] for each in found if each["StackName"] != "CDKToolkit"}

    def log(self, delivery: Delivery, action: str) -> str:
        """The log of an action of the delivery's last execution."""
        folder = self.rehearsal.config.action_logs / self.rehearsal.api.pipeline / delivery.execution
        return next(folder.glob(f"*-{action}.log")).read_text()


def results(delivery: Delivery) -> dict[str, str]:
    """Each action's last result, by stage and action."""
    return {run.name: run.status for run in delivery.runs}


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
