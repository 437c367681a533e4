"""What an assembly holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

Document = Mapping[str, Any]
PATH = "aws:cdk:path"


@dataclass(frozen=True, kw_only=True, order=True)
class Acknowledgement:
    """A finding that the source accepts, whether or not the synth found it.

    Attributes:
        at: The path of the construct that carries the acknowledgement.
        id: The finding, qualified with its pack: ``AwsSolutions::AwsSolutions-S1``.
        reason: The evidence.
    """

    at: str
    id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file, folder, or image that is published before its stack is deployed.

    Attributes:
        name: The CDK's display name, for instance ``Function/Handler/Code``.
        hash: The digest of its contents, as the asset manifest has it.
        kind: ``file`` (also a zipped folder) or ``image``.
        path: Its place on disk; None for an image that is built elsewhere.
        template: Whether it is a stack's own template.
    """

    name: str
    hash: str
    kind: Literal["file", "image"]
    path: Path | None
    template: bool = False


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a template.

    Attributes:
        logical_id: Its key in the template.
        type: Its CloudFormation type; ``Fn::ForEach`` for a loop, which stands for resources nobody can list.
        path: The path of its construct; the stack's path and the logical id if the template has none.
        body: The resource as the template has it.
    """

    logical_id: str
    type: str
    path: str
    body: Document = field(repr=False)

    @property
    def properties(self) -> Document:
        """Its properties; empty if it has none."""
        found = self.body.get("Properties")
        return found if isinstance(found, Mapping) else {}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One CloudFormation stack.

    Attributes:
        path: Its construct path, which is unique: ``TapPipeline/Prod/Tap``.
        name: Its name in CloudFormation; for a nested stack, which CloudFormation names, its logical ID.
        stage: The path of its CDK stage; its own path if it is in none.
        account: Its account; ``unknown-account`` if the app leaves that to the deployment.
        region: Its Region; ``unknown-region`` likewise.
        file: Its template's path relative to the assembly.
        template: The parsed template.
        dependencies: The paths of the stacks that are deployed before it.
        asset_manifest: Its asset manifest's path relative to the assembly; None if it has none.
        bootstrap: The SSM parameter that holds the version of the bootstrap it is deployed with; None if it needs none.
        parent: The path of the stack that nests it; None for a stack of its own.
    """

    path: str
    name: str
    stage: str
    account: str
    region: str
    file: str
    template: Document = field(repr=False)
    termination_protection: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()
    asset_manifest: str | None = None
    assets: tuple[Asset, ...] = field(default=(), repr=False)
    acknowledgements: tuple[Acknowledgement, ...] = field(default=(), repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    bootstrap: str | None = None
    parent: str | None = None

    @property
    def environment(self) -> str:
        """The environment as the CDK writes it: ``aws://333333333333/us-east-1``."""
        return f"aws://{self.account}/{self.region}"

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """The template's resources by logical ID, in the template's order."""
        return {
            id_: Resource(logical_id=id_, type=_type_of(id_, body), path=self._path_of(id_, body), body=_body(body))
            for id_, body in self.template.get("Resources", {}).items()
        }

    def _path_of(self, id_: str, body: Any) -> str:
        metadata = body.get("Metadata") if isinstance(body, Mapping) else None
        path = metadata.get(PATH) if isinstance(metadata, Mapping) else None
        return path if isinstance(path, str) else f"{self.path}/{id_}"


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """A synthesized app.

    Attributes:
        folder: Where it lies.
        stacks: The stacks by path, in the order of the manifests, nested ones behind their parents.
    """

    folder: Path
    stacks: Mapping[str, Stack]

    @property
    def environments(self) -> tuple[tuple[str, str], ...]:
        """Every account and Region that a stack is deployed to, once, in order."""
        return tuple(sorted({(stack.account, stack.region) for stack in self.stacks.values()}))

    @property
    def accounts(self) -> frozenset[str]:
        """Every account that a stack is deployed to."""
        return frozenset(stack.account for stack in self.stacks.values())


def _type_of(id_: str, body: Any) -> str:
    if id_.startswith("Fn::ForEach"):
        return "Fn::ForEach"
    return str(body["Type"])  # the reader has checked it


def _body(body: Any) -> Document:
    return body if isinstance(body, Mapping) else {"Fn::ForEach": body}
