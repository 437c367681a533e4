"""What an assembly holds, as far as a review looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Template = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Acknowledgement:
    """A finding that the source accepts, whether or not there is such a finding.

    Attributes:
        at: The path of the construct that it stands on.
        id: The finding, qualified with its pack: ``AwsSolutions::AwsSolutions-S1``.
        reason: The evidence.
    """

    at: str
    id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file or folder that is published before a stack is deployed.

    Attributes:
        name: What the CDK calls it, for instance ``Function/Handler/Code``.
        hash: The hash of its contents.
        path: Where it lies in the assembly; None for an image.
    """

    name: str
    hash: str
    path: Path | None


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One CloudFormation stack.

    Attributes:
        address: Its path in the app, which is unique: ``TapPipeline/Prod/Tap``.
        stage: The address of the stage that it is in; for a stack outside of stages, its own.
        environment: Where it is deployed, for instance ``aws://333333333333/us-east-1``.
        file: Its template's place in the assembly.
        termination_protected: Whether CloudFormation refuses to delete it.
    """

    address: str
    stage: str
    environment: str
    file: str
    template: Template
    termination_protected: bool = False
    assets: tuple[Asset, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()

    @property
    def resources(self) -> Mapping[str, Any]:
        """The template's resources by logical id."""
        resources: Mapping[str, Any] = self.template.get("Resources", {})
        return resources


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """A synthesised app: the folder, and its stacks by address, in the order of the manifests."""

    folder: Path
    stacks: Mapping[str, Stack]


def path_of(resource: Mapping[str, Any], *, stack: Stack, logical_id: str) -> str:
    """The path of the construct behind a resource; its stack and logical id where the template does not say."""
    metadata = resource.get("Metadata")
    path = metadata.get("aws:cdk:path") if isinstance(metadata, dict) else None
    return path if isinstance(path, str) else f"{stack.address}/{logical_id}"
