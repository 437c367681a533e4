"""The changes that an approval would deploy, as ``cdk diff`` finds them."""

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdk_rehearsal.driver.assembly import Assembly, Stack
from cdk_rehearsal.driver.environment import account_environment
from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.outlet import through_door
from cdk_rehearsal.driver.pipeline_api import ActionRun
from cdk_rehearsal.driver.processes import run
from cdk_rehearsal.emulator.clients import client
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.errors import RehearsalError

# A resource's line as `cdk diff` prints it: [+] AWS::S3::Bucket Data/Bucket DataBucket1234 (replace)
RESOURCE = re.compile(r"^\[(?P<sign>[+~-])\] (?P<type>[A-Za-z0-9]+::[A-Za-z0-9:]+) (?P<rest>.*)$")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
REPLACED = re.compile(r"\b(?:may be replaced|replace)\s*$")


@dataclass(frozen=True, kw_only=True)
class Change:
    """One changed resource; ``kind`` is added, changed, replaced, or removed."""

    kind: str
    type: str
    path: str


@dataclass(frozen=True, kw_only=True)
class StackPreview:
    """The changes of one stack. ``log`` lists every property."""

    stack: str
    changes: tuple[Change, ...]
    log: Path

    def count(self, kind: str) -> int:
        """Return the number of resources with this kind of change."""
        return sum(change.kind == kind for change in self.changes)


def preview(
    stage: str,
    *,
    execution: str,
    definition: Mapping[str, Any],
    runs: Iterable[ActionRun],
    config: EmulatorConfig,
    folders: Folders,
    home_account: str,
    environment: Mapping[str, str],
) -> list[StackPreview]:
    """Compare what ``stage`` of the pipeline would deploy with what is deployed.

    Works on the artifact that the stage's actions will deploy. Raises :class:`RehearsalError`.
    """
    artifact, files = _deployed_by(stage, definition)
    if artifact is None:
        return []
    folder = folders.previews / execution
    if not folder.exists():
        _download(artifact, runs, config=config, account=home_account, folder=folder)
    assembly = Assembly.read(folder)
    stacks = [stack for stack in assembly.stacks if str(stack.template_file) in files]
    account = account_environment(home_account, config=config, region=config.region)
    return [_compare(stack, assembly, folders, env={**environment, **account}) for stack in stacks]


def read_changes(text: str) -> tuple[Change, ...]:
    """Return the resources that ``cdk diff`` lists in ``text``."""
    found = []
    for line in text.splitlines():
        match = RESOURCE.match(ANSI.sub("", line).rstrip())
        if match is None:
            continue
        kind = {"+": "added", "-": "removed", "~": "changed"}[match["sign"]]
        if kind == "changed" and REPLACED.search(match["rest"]):
            kind = "replaced"
        found.append(Change(kind=kind, type=match["type"], path=match["rest"].partition(" ")[0]))
    return tuple(found)


def _deployed_by(stage: str, definition: Mapping[str, Any]) -> tuple[str | None, set[str]]:
    """Return the artifact that ``stage`` deploys, and the template files in it."""
    named = next(each for each in definition["stages"] if each["name"] == stage)
    templates = [
        action["configuration"]["TemplatePath"].split("::", 1)
        for action in named["actions"]
        if "TemplatePath" in action.get("configuration", {})
    ]
    return (templates[0][0] if templates else None), {path for _, path in templates}


def _download(artifact: str, runs: Iterable[ActionRun], *, config: EmulatorConfig, account: str, folder: Path) -> None:
    location = next((each.outputs[artifact] for each in runs if artifact in each.outputs), None)
    if location is None:
        raise RehearsalError(f"no action of this execution has produced the artifact {artifact}")
    s3 = client("s3", endpoint=config.endpoint, region=config.region, credentials=config.root(account))
    body = s3.get_object(Bucket=location[0], Key=location[1])["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as files:
        files.extractall(folder)


def _compare(stack: Stack, assembly: Assembly, folders: Folders, *, env: Mapping[str, str]) -> StackPreview:
    log = folders.logs / f"preview-{stack.name}.log"
    command = ["cdk", "--app", str(assembly.root), "diff", "--no-color", "--method", "template", stack.selector]
    text = run(through_door(folders, command), doing=f"cdk diff {stack.selector}", log=log, env=env, cwd=assembly.root)
    return StackPreview(stack=stack.name, changes=read_changes(text), log=log)
