import json
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.unit.driver.test_assembly import pipeline, source, stack, write, write_app

from cdk_rehearsal.driver import accounts
from cdk_rehearsal.driver.accounts import ExecutionPolicies, bootstrap
from cdk_rehearsal.driver.assembly import Assembly
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

POLICY = {"Version": "2012-10-17", "Statement": []}


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policies: list[tuple[str, str, Any]] = []
        self.commands: list[tuple[list[str], str]] = []
        self._lock = threading.Lock()

    def client(self, _service: str, *, credentials: dict[str, str], **_: Any) -> "Iam":
        return Iam(self, credentials["AccessKeyId"])

    def run(self, command: list[str], *, env: dict[str, str], **_: Any) -> str:
        with self._lock:
            self.commands.append((command, env["AWS_ACCESS_KEY_ID"]))
        return ""

    def bootstrap(self, assembly: Path, **policies: tuple[Path, ...]) -> None:
        named: dict[str, tuple[Path, ...]] = {
            "pipeline": (self.folder / "policy.json",),
            "stage": (self.folder / "policy.json", self.folder / "policy.json"),
            **policies,
        }
        bootstrap(
            Assembly.read(assembly),
            config=EmulatorConfig(port=1, state_dir=self.folder),
            folders=Folders(root=self.folder),
            policies=ExecutionPolicies(**named),
            environment={},
        )


class Iam:
    def __init__(self, world: World, account: str) -> None:
        self._world, self._account = world, account

    def create_policy(self, *, PolicyName: str, PolicyDocument: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._world.policies.append((self._account, PolicyName, json.loads(PolicyDocument)))
        return {"Policy": {"Arn": f"arn:aws:iam::{self._account}:policy/{PolicyName}"}}


def arn(account: str) -> str:
    return f"arn:aws:iam::{account}:policy/cdk-execution"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path)
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    monkeypatch.setattr(accounts, "client", world.client)
    monkeypatch.setattr(accounts, "run", world.run)
    return world


def test_each_account_gets_its_own_policies_and_stages_trust_the_pipeline_s_account(
    world: World, tmp_path: Path
) -> None:
    world.bootstrap(write_app(tmp_path / "out", pipeline(source("a/b"))))
    tools, dev = "1" * 12, "2" * 12
    assert world.policies == [
        (tools, "cdk-execution-pipeline-1", POLICY),
        (dev, "cdk-execution-stage-1", POLICY),
        (dev, "cdk-execution-stage-2", POLICY),
    ]
    policies = "--cloudformation-execution-policies"
    assert sorted(world.commands) == [
        (
            ["cdk", "bootstrap", f"aws://{tools}/eu-west-1", policies, f"{arn(tools)}-pipeline-1"],
            tools,
        ),
        (
            [
                "cdk",
                "bootstrap",
                f"aws://{dev}/eu-west-1",
                policies,
                f"{arn(dev)}-stage-1,{arn(dev)}-stage-2",
                "--trust",
                tools,
            ],
            dev,
        ),
    ]


def test_one_account_for_everything_gets_all_policies_and_trusts_nobody(world: World, tmp_path: Path) -> None:
    account = "1" * 12
    artifacts = {"Tools": stack("Tools", account), "Dev": stack("Dev", account)}
    world.bootstrap(write(tmp_path / "out", artifacts, Tools=pipeline(source("a/b")), Dev={}))
    ((command, _),) = world.commands
    assert command[-1].count("arn:") == 3
    assert "--trust" not in command


def test_bootstrap_uses_the_qualifiers_that_stacks_name(world: World, tmp_path: Path) -> None:
    account = "1" * 12
    named = {"bootstrapStackVersionSsmParameter": "/cdk-bootstrap/zteam/version"}
    artifacts = {"Tools": stack("Tools", account), "Dev": stack("Dev", account, **named)}
    world.bootstrap(write(tmp_path / "out", artifacts, Tools=pipeline(source("a/b")), Dev={}))
    plain, other = (command for command, _ in world.commands)
    assert "--qualifier" not in plain
    assert other[-4:] == ["--qualifier", "zteam", "--toolkit-stack-name", "CDKToolkit-zteam"]


def test_without_policies_cloudformation_may_do_everything_as_after_a_plain_bootstrap(
    world: World, tmp_path: Path
) -> None:
    account = "1" * 12
    artifacts = {"Tools": stack("Tools", account), "Dev": stack("Dev", account)}
    out = write(tmp_path / "out", artifacts, Tools=pipeline(source("a/b")), Dev={})
    world.bootstrap(out, pipeline=(), stage=())
    ((command, _),) = world.commands
    assert command[-1] == "arn:aws:iam::aws:policy/AdministratorAccess"
    assert world.policies == []


@pytest.mark.parametrize("content", [None, "no json"])
def test_a_policy_that_cannot_be_read_is_named(world: World, tmp_path: Path, content: str | None) -> None:
    bad = tmp_path / "bad.json"
    if content is not None:
        bad.write_text(content)
    with pytest.raises(RehearsalError, match=r"bad.json is no IAM policy document: "):
        world.bootstrap(write_app(tmp_path / "out", pipeline(source("a/b"))), stage=(bad,))
    assert world.commands == []
