"""Reads a cloud assembly: which pipeline it defines, and to which environments it deploys."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.errors import RehearsalError

PIPELINE = "AWS::CodePipeline::Pipeline"
CONNECTION_PROVIDERS = ("CodeStarSourceConnection",)


@dataclass(frozen=True, kw_only=True, order=True)
class Environment:
    """An account and a region."""

    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of an assembly. ``template_file`` is relative to the assembly's root."""

    name: str
    selector: str
    environment: Environment
    template_file: Path


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The pipeline of an assembly, with the repository and branch whose pushes start it."""

    stack: Stack
    repository: str
    branch: str


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The stacks of a cloud assembly, those of its nested assemblies (one a Stage) included."""

    root: Path
    stacks: tuple[Stack, ...]

    @classmethod
    def read(cls, root: Path) -> "Assembly":
        """Read the assembly in ``root``. Raises :class:`RehearsalError` where there is none."""
        try:
            return cls(root=root, stacks=tuple(_stacks(root, root)))
        except (OSError, ValueError, KeyError) as error:
            raise RehearsalError(f"{root} is no cloud assembly ({error!r}); synthesise the app first") from error

    def template(self, stack: Stack) -> dict[str, Any]:
        """Return a stack's template."""
        template: dict[str, Any] = json.loads((self.root / stack.template_file).read_text())
        return template

    def pipeline(self) -> Pipeline:
        """Return the pipeline. Raises :class:`RehearsalError` unless there is exactly one with a connection source."""
        found = [
            Pipeline(stack=stack, repository=source["FullRepositoryId"], branch=source["BranchName"])
            for stack in self.stacks
            for resource in self.template(stack).get("Resources", {}).values()
            if resource["Type"] == PIPELINE
            for source in _connection_sources(resource["Properties"])
        ]
        if len(found) != 1:
            raise RehearsalError(
                f"{self.root} has {len(found)} pipelines with a source connection; a rehearsal runs exactly one"
            )
        return found[0]

    def environments(self) -> tuple[Environment, ...]:
        """Return every environment that a stack is deployed to, once."""
        return tuple(sorted({stack.environment for stack in self.stacks}))


def _stacks(root: Path, folder: Path) -> Iterator[Stack]:
    manifest = json.loads((folder / "manifest.json").read_text())
    for artifact_id, artifact in manifest["artifacts"].items():
        properties = artifact.get("properties", {})
        if artifact["type"] == "cdk:cloud-assembly":
            yield from _stacks(root, folder / properties["directoryName"])
        elif artifact["type"] == "aws:cloudformation:stack":
            account, region = artifact["environment"].removeprefix("aws://").split("/")
            yield Stack(
                # The manifest leaves the name out where it is the artifact's own.
                name=properties.get("stackName", artifact_id),
                selector=artifact["displayName"].partition(" ")[0],
                environment=Environment(account=account, region=region),
                template_file=(folder / properties["templateFile"]).relative_to(root),
            )


def _connection_sources(properties: dict[str, Any]) -> Iterator[dict[str, str]]:
    for stage in properties["Stages"]:
        for action in stage["Actions"]:
            if action["ActionTypeId"]["Provider"] in CONNECTION_PROVIDERS:
                yield action["Configuration"]
