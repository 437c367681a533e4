"""The vocabulary that extensions share. Nothing here imports the emulator."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict

Properties = dict[str, Any]
Json = dict[str, Any]


class Credentials(TypedDict):
    """Temporary credentials under STS's own names, as :func:`cdk_rehearsal.emulator.clients.client` takes them."""

    AccessKeyId: str
    SecretAccessKey: str
    SessionToken: str


class ServiceError(Exception):
    """An error that an emulated AWS API answers.

    Args:
        code: the error's shape name in the service's botocore model, such as ``PipelineNotFoundException``.
        message: what the caller reads.
        status: the HTTP status.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        """Keep the three parts of an AWS error."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request to an emulated service: its payload as the SDK sent it, and who asks."""

    operation: str
    payload: Json
    account: str
    region: str
    caller_arn: str


@dataclass(frozen=True)
class Resource:
    """A created or updated resource: what ``Ref`` answers, and what ``Fn::GetAtt`` answers by attribute name."""

    id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ResourceRequest:
    """What CloudFormation asks of a resource type: the resource's place, and its properties with nothing unresolved."""

    logical_id: str
    stack: str
    properties: Properties
    account: str
    region: str


class ResourceProvider(Protocol):
    """One CloudFormation type. Anything raised fails the resource with its message as the reason.

    Methods run on the event loop unless the type was registered as ``blocking``: they must neither wait nor call
    the emulator's own endpoint.
    """

    def create(self, request: ResourceRequest, /) -> Resource:
        """Make the resource."""
        ...

    def update(self, resource_id: str, previous: Properties, request: ResourceRequest, /) -> Resource:
        """Change it in place; answering another id makes it a replacement, and the old one is then deleted."""
        ...

    def delete(self, resource_id: str, properties: Properties, /) -> None:
        """Remove it; a resource that is gone already is no error."""
        ...
