import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.unit.driver.test_assembly import stack
from tests.unit.driver.test_follow import START

from cdk_rehearsal.driver import preview as module
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.pipeline_api import ActionRun
from cdk_rehearsal.driver.preview import Change, preview, read_changes
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

DIFF = """\
Stack Prod/Stack (prod-app)
Resources
[+] AWS::S3::Bucket Data/Bucket DataBucket1234
[-] AWS::SNS::Topic Old/Topic OldTopic1234 destroy
[~] AWS::RDS::DBInstance Database Database1234 replace
 └─ [~] StorageEncrypted (requires replacement)
     ├─ [-] false
     └─ [+] true
[~] AWS::EC2::Subnet Net/Subnet NetSubnet1234 may be replaced
 └─ [~] Tags
\x1b[33m[~]\x1b[39m AWS::IAM::Role Role Role1234
Outputs
[+] Output Name Name: {"Value":"x"}
"""
DEFINITION = {
    "stages": [
        {"name": "Build", "actions": [{"name": "Synth", "configuration": {"ProjectName": "p"}}]},
        {
            "name": "Prod",
            "actions": [
                {"name": "Approve"},
                {"name": "Prepare", "configuration": {"TemplatePath": "Out::Tools.json"}},
            ],
        },
    ]
}


def test_the_cli_s_differences_become_added_changed_replaced_and_removed() -> None:
    assert read_changes(DIFF) == (
        Change(kind="added", type="AWS::S3::Bucket", path="Data/Bucket"),
        Change(kind="removed", type="AWS::SNS::Topic", path="Old/Topic"),
        Change(kind="replaced", type="AWS::RDS::DBInstance", path="Database"),
        Change(kind="replaced", type="AWS::EC2::Subnet", path="Net/Subnet"),
        Change(kind="changed", type="AWS::IAM::Role", path="Role"),
    )


class Bucket:
    """Holds one artifact: a cloud assembly with the stack Tools."""

    def __init__(self) -> None:
        self.reads = 0

    def get_object(self, **where: str) -> dict[str, Any]:
        assert where == {"Bucket": "artifacts", "Key": "key"}
        self.reads += 1
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as files:
            artifacts = {name: stack(name, "3" * 12) for name in ("Tools", "Other")}
            files.writestr("manifest.json", json.dumps({"version": "54.0.0", "artifacts": artifacts}))
            for name in artifacts:
                files.writestr(f"{name}.json", "{}")
        body.seek(0)
        return {"Body": body}


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], Bucket, list[list[str]]]:
    bucket, commands = Bucket(), []

    def run(command: list[str], **_: object) -> str:
        commands.append(command)
        return DIFF

    monkeypatch.setattr(module, "client", lambda *_, **__: bucket)
    monkeypatch.setattr(module, "run", run)
    arguments = {
        "execution": "one",
        "definition": DEFINITION,
        "config": EmulatorConfig(port=1, state_dir=tmp_path),
        "folders": Folders(root=tmp_path),
        "home_account": "1" * 12,
        "environment": {},
    }
    return arguments, bucket, commands


def built(**outputs: tuple[str, str]) -> list[ActionRun]:
    run = ActionRun(
        stage="Build",
        action="Synth",
        status="Succeeded",
        category="Build",
        provider="CodeBuild",
        summary="",
        started=START,
        ended=START,
        outputs=outputs,
    )
    return [run]


def test_a_stage_s_stacks_are_compared_as_its_own_artifact_has_them(
    world: tuple[dict[str, Any], Bucket, list[list[str]]],
) -> None:
    arguments, bucket, commands = world
    for _ in range(2):
        (found,) = preview("Prod", runs=built(Out=("artifacts", "key")), **arguments)
    assert found.stack == "Tools"
    assert [found.count(kind) for kind in ("added", "changed", "replaced", "removed")] == [1, 1, 2, 1]
    assert commands[0][-1] == "Tools/Stack"
    assert bucket.reads == 1


def test_a_stage_that_deploys_nothing_changes_nothing(
    world: tuple[dict[str, Any], Bucket, list[list[str]]],
) -> None:
    arguments, bucket, _ = world
    assert preview("Build", runs=[], **arguments) == []
    assert bucket.reads == 0


def test_an_artifact_that_nobody_made_is_named(world: tuple[dict[str, Any], Bucket, list[list[str]]]) -> None:
    with pytest.raises(RehearsalError, match="no action of this execution has produced the artifact Out"):
        preview("Prod", runs=built(Else=("artifacts", "key")), **world[0])
