"""What is deployed differently."""

from typing import Literal

from cdk_review.model.findings import Place
from cdk_review.model.part import Kind, Part

Change = Literal["added", "changed", "replaced", "perhaps replaced", "removed", "left behind"]


class Property(Part):
    """A property or attribute that differs. The values are JSON, cut where they are long; None where there is none."""

    name: str
    before: str | None = None
    after: str | None = None
    replaces: bool = False


class Resource(Part):
    """A resource that differs.

    Attributes:
        change: ``perhaps replaced`` where it depends on values known at deployment; ``left behind`` where it leaves
            the stack but is kept.
        stateful: Whether it holds data (the CDK's own list of resource types).
        destructive: Whether data or the hold on it is lost, in a stage that retains.
        signed_off: The reason of the entry that agrees to a destructive change.
    """

    stack: str
    path: str
    logical_id: str
    type: str
    change: Change
    stateful: bool = False
    destructive: bool = False
    signed_off: str | None = None
    properties: tuple[Property, ...] = ()
    place: Place | None = None


class Other(Part):
    """A parameter, output, condition or mapping that differs."""

    stack: str
    section: str
    name: str
    change: Kind


class Stage(Part):
    """What changes in one stage. ``retains`` says whether its data is meant to outlive its stacks."""

    address: str
    environments: tuple[str, ...]
    retains: bool
    resources: tuple[Resource, ...] = ()
    others: tuple[Other, ...] = ()


class ChangedFile(Part):
    """A file inside an asset."""

    name: str
    change: Kind


class Asset(Part):
    """An asset that differs, in whichever stages publish it."""

    name: str
    stages: tuple[str, ...]
    change: Kind
    files: tuple[ChangedFile, ...] = ()


class Action(Part):
    """An action of a pipeline. ``details`` names what differs in one that changed."""

    name: str
    kind: str
    change: Kind | None = None
    details: tuple[str, ...] = ()


class PipelineStage(Part):
    """A stage of a pipeline, with its actions in the order in which they run."""

    name: str
    change: Kind | None = None
    actions: tuple[Action, ...]


class Pipeline(Part):
    """A pipeline that differs, with all of its stages, removed ones included. ``details`` as for actions."""

    path: str
    change: Kind
    details: tuple[str, ...] = ()
    stages: tuple[PipelineStage, ...]
