import io
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cdk_rehearsal.driver import access
from cdk_rehearsal.driver.access import write_access
from cdk_rehearsal.driver.assembly import Assembly, Environment, Stack
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.emulator.config import EmulatorConfig

ACCOUNT, REGION = "1" * 12, "eu-west-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/build"
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/shared"
READ = {"Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
PUBLISH = {"Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}


class Iam:
    """Two roles with one managed policy in common; the first has one inline as well."""

    def __init__(self) -> None:
        self.versions: list[tuple[str, str]] = []
        self._operation = ""

    def get_paginator(self, operation: str) -> "Iam":
        self._operation = operation
        return self

    def paginate(self, **arguments: str) -> Iterator[dict[str, Any]]:
        name = arguments.get("RoleName", "")
        pages: dict[str, dict[str, Any]] = {
            "list_roles": {
                "Roles": [{"RoleName": each, "Arn": ROLE.replace("build", each)} for each in ("build", "idle")]
            },
            "list_role_policies": {"PolicyNames": ["inline"] if name == "build" else []},
            "list_attached_role_policies": {"AttachedPolicies": [{"PolicyArn": MANAGED}]},
        }
        yield pages[self._operation]

    def get_role_policy(self, **_: str) -> dict[str, Any]:
        return {"PolicyDocument": READ}

    def get_policy(self, **_: str) -> dict[str, Any]:
        return {"Policy": {"DefaultVersionId": "v2"}}

    def get_policy_version(self, *, PolicyArn: str, VersionId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self.versions.append((PolicyArn, VersionId))
        return {"PolicyVersion": {"Document": PUBLISH}}


def test_what_roles_may_do_and_did_is_written_for_machines_and_for_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam = Iam()
    question = {"principal": ROLE, "resource": "arn:a", "count": 2}
    asked = [
        {**question, "action": "s3:GetObject", "outcome": "allowed"},
        {**question, "action": "s3:PutObject", "outcome": "denied"},
    ]
    opened: list[tuple[str, str]] = []

    class Opener:
        def open(self, request: Any, **_: Any) -> io.BytesIO:
            opened.append((request.full_url, request.get_header("X-rehearsal-token")))
            return io.BytesIO(json.dumps({"asked": asked, "left_out": 0}).encode())

    monkeypatch.setattr(access, "client", lambda *_, **__: iam)
    monkeypatch.setattr(urllib.request, "build_opener", lambda *_: Opener())
    where = Environment(account=ACCOUNT, region=REGION)
    stack = Stack(name="app", selector="app", environment=where, template_file=Path("template"))
    folders = Folders(root=tmp_path)
    why = {"role": "build", "actions": ["sns:*"], "reason": "Tells people when a build breaks."}
    stale = {"role": "gone", "actions": ["*"], "reason": "There was such a role once."}
    (tmp_path / "access-explained.yaml").write_text(json.dumps([why, stale]))
    config = EmulatorConfig(port=1, state_dir=tmp_path)
    said = write_access(folders, Assembly(root=tmp_path, stacks=(stack,)), config, tmp_path)
    assert opened == [("http://127.0.0.1:1/_rehearsal/access", config.token)]
    assert iam.versions == [(MANAGED, "v2")]
    counted = "1 denied, 2 statements wider than used, 1 of them not explained, 1 explanations of nothing"
    assert said == f"who may do what, and did it: {tmp_path}/access.md ({counted})"
    build, idle = json.loads((tmp_path / "access.json").read_text())["principals"]
    assert build["used"] == [{"action": "s3:GetObject", "resource": "arn:a", "count": 2, "granted_by": ["inline"]}]
    assert [each["policy"] for each in (*build["unused"], *idle["unused"])] == [MANAGED, MANAGED]
    assert [each["explained"] for each in (*build["unused"], *idle["unused"])] == [[why["reason"]], []]
    page = (tmp_path / "access.md").read_text()
    assert f"Explained: {why['reason']}" in page
    assert f"## Explains nothing any more\n- `gone`: *: {stale['reason']}" in page
    assert f"## `{ROLE}`" in page
    assert "- `s3:PutObject` on `arn:a`, 2 times; this would allow it" in page
