"""Finds every stack of an assembly."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cdk_review.errors import ReviewError
from cdk_review.reading.acknowledgements import acknowledgements
from cdk_review.reading.assets import assets
from cdk_review.reading.documents import read_object
from cdk_review.reading.model import Assembly, Stack, path_of

MANIFEST = "manifest.json"
NEWEST_SCHEMA = 55
"""The newest major version of the cloud assembly schema whose files were read with this code (aws-cdk-lib 2.274)."""

STACK = "aws:cloudformation:stack"
NESTED_ASSEMBLY = "cdk:cloud-assembly"
NESTED_STACK = "AWS::CloudFormation::Stack"
NESTED_TEMPLATE = "aws:asset:path"


def read_assembly(folder: Path) -> Assembly:
    """Read the assembly in ``folder``, with the stages and stacks nested in it.

    Raises :class:`~cdk_review.errors.ReviewError` if a file is missing or damaged, if two stacks have the same name, or
    if there is no stack.
    """
    stacks: dict[str, Stack] = {}
    for stack in _stacks(folder, root=folder, stage=None):
        if stack.address in stacks:
            raise ReviewError(f"{folder}: two stacks are called {stack.address}; each needs a name of its own")
        stacks[stack.address] = stack
    if not stacks:
        raise ReviewError(f"{folder / MANIFEST}: there is no stack in it, so there is nothing to compare")
    return Assembly(folder=folder, stacks=stacks)


def _stacks(folder: Path, *, root: Path, stage: str | None) -> Iterator[Stack]:
    path = folder / MANIFEST
    manifest = read_object(path)
    _check_version(manifest, path)
    artifacts = manifest.get("artifacts", {})
    try:
        for artifact in artifacts.values():
            if artifact["type"] == STACK:
                yield from _stack(artifact, folder=folder, root=root, stage=stage)
        for id_, artifact in artifacts.items():
            if artifact["type"] == NESTED_ASSEMBLY:
                properties = artifact["properties"]
                name = properties.get("displayName", id_)
                yield from _stacks(folder / properties["directoryName"], root=root, stage=name)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReviewError(f"{path}: not a manifest ({error!r}); `make synth` writes it anew") from None


def _check_version(manifest: Mapping[str, Any], path: Path) -> None:
    version = str(manifest.get("version", ""))
    major = version.partition(".")[0]
    if not major.isdigit():
        raise ReviewError(f"{path}: it names no schema version; `make synth` writes it anew")
    if int(major) > NEWEST_SCHEMA:
        raise ReviewError(f"{path}: schema {version} is newer than {NEWEST_SCHEMA}, which review/reading knows")


def _stack(artifact: Mapping[str, Any], *, folder: Path, root: Path, stage: str | None) -> Iterator[Stack]:
    properties = artifact["properties"]
    file = folder / properties["templateFile"]
    address = artifact["displayName"]
    stack = Stack(
        address=address,
        stage=stage or address,
        environment=artifact["environment"],
        file=str(file.relative_to(root)),
        template=read_object(file),
        termination_protected=properties.get("terminationProtection", False),
        assets=tuple(assets(artifact, folder=folder)),
        acknowledgements=tuple(acknowledgements(artifact, folder=folder)),
    )
    yield stack
    yield from _nested(stack, folder=folder, root=root)


def _nested(parent: Stack, *, folder: Path, root: Path) -> Iterator[Stack]:
    """The stacks that ``parent`` deploys as resources, and theirs. Their assets are in the parent's manifest."""
    for id_, resource in parent.resources.items():
        file = resource.get("Metadata", {}).get(NESTED_TEMPLATE)
        if resource["Type"] != NESTED_STACK or file is None:
            continue
        stack = Stack(
            address=path_of(resource, stack=parent, logical_id=id_).partition(".NestedStack/")[0],
            stage=parent.stage,
            environment=parent.environment,
            file=str((folder / file).relative_to(root)),
            template=read_object(folder / file),
        )
        yield stack
        yield from _nested(stack, folder=folder, root=root)
