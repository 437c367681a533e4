"""Reads a cloud assembly by following its manifests; files that no manifest names are ignored."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cdk_assembly.assets import manifest_of, read_assets
from cdk_assembly.documents import AGAIN, read_object
from cdk_assembly.errors import AssemblyError
from cdk_assembly.metadata import acknowledgements, read_metadata, tags
from cdk_assembly.model import Assembly, Stack

MANIFEST: Final = "manifest.json"
NEWEST_SCHEMA: Final = 55
"""The newest major version of the cloud assembly schema whose files this code has read (aws-cdk-lib 2.274)."""
OLDEST_SCHEMA: Final = 2
"""CDK 2.0 wrote 15; earlier ones differ in metadata alone. Schema 1 has another manifest."""

STACK: Final = "aws:cloudformation:stack"
NESTED_ASSEMBLY: Final = "cdk:cloud-assembly"
NESTED_STACK: Final = "AWS::CloudFormation::Stack"
NESTED_TEMPLATE: Final = "aws:asset:path"


def read_assembly(folder: Path) -> Assembly:
    """Read the assembly in ``folder`` with the stages and stacks nested in it.

    Raises :class:`AssemblyError` if a file is missing or damaged, if two stacks have the same path, and if there is
    no stack at all.
    """
    stacks: dict[str, Stack] = {}
    for stack in _Reader(root=folder).stacks(folder, stage=None, above=()):
        if stack.path in stacks:
            raise AssemblyError(f"{folder}: two stacks have the path {stack.path}; {AGAIN}")
        stacks[stack.path] = stack
    if not stacks:
        raise AssemblyError(f"{folder / MANIFEST}: no stack in it; add one to the app")
    return Assembly(folder=folder, stacks=stacks)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    root: Path

    def stacks(self, folder: Path, *, stage: str | None, above: tuple[Path, ...]) -> Iterator[Stack]:
        path = folder / MANIFEST
        if folder.resolve() in above:
            raise AssemblyError(f"{path}: the assembly contains itself; {AGAIN}")
        manifest = read_object(path)
        _check_version(manifest, path)
        try:
            artifacts = manifest.get("artifacts", {})
            for id_, artifact in artifacts.items():
                if artifact["type"] == STACK:
                    yield from self._stack(id_, artifacts, folder=folder, stage=stage)
            for id_, artifact in artifacts.items():
                if artifact["type"] == NESTED_ASSEMBLY:
                    properties = artifact["properties"]
                    nested = folder / properties["directoryName"]
                    self._relative(nested)
                    name = properties.get("displayName", id_)
                    yield from self.stacks(nested, stage=name, above=(*above, folder.resolve()))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise AssemblyError(f"{path}: not a manifest ({error!r}); {AGAIN}") from None

    def _stack(self, id_: str, artifacts: Mapping[str, Any], *, folder: Path, stage: str | None) -> Iterator[Stack]:
        artifact = artifacts[id_]
        properties = artifact["properties"]
        file = folder / properties["templateFile"]
        account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
        path = _path(id_, artifact)
        metadata = read_metadata(artifact, folder=folder)
        assets = manifest_of(artifact, artifacts)
        stack = Stack(
            path=path,
            name=properties.get("stackName", id_),  # left out where it is the artifact's own
            stage=stage or path,
            account=account,
            region=region,
            file=self._relative(file),
            template=_template(file),
            termination_protection=bool(properties.get("terminationProtection", False)),
            tags=tags(artifact, metadata),
            dependencies=tuple(
                _path(other, artifacts[other])
                for other in artifact.get("dependencies", ())
                if artifacts.get(other, {}).get("type") == STACK
            ),
            asset_manifest=None if assets is None else self._relative(folder / assets),
            assets=() if assets is None else tuple(read_assets(folder / assets)),
            acknowledgements=tuple(acknowledgements(metadata)),
            metadata=metadata,
            bootstrap=properties.get("bootstrapStackVersionSsmParameter"),
        )
        yield stack
        yield from self._nested(stack, folder=folder, above=(file,))

    def _nested(self, parent: Stack, *, folder: Path, above: tuple[Path, ...]) -> Iterator[Stack]:
        """The stacks that ``parent`` deploys as resources, and theirs. Their assets are in the parent's manifest."""
        for resource in parent.resources.values():
            metadata = resource.body.get("Metadata")
            name = metadata.get(NESTED_TEMPLATE) if isinstance(metadata, Mapping) else None
            if resource.type != NESTED_STACK or name is None:
                continue
            file = folder / name
            if file in above:
                raise AssemblyError(f"{file}: the template nests itself; {AGAIN}")
            stack = Stack(
                path=resource.path.partition(".NestedStack/")[0],
                name=resource.logical_id,
                stage=parent.stage,
                account=parent.account,
                region=parent.region,
                file=self._relative(file),
                template=_template(file),
                parent=parent.path,
            )
            yield stack
            yield from self._nested(stack, folder=folder, above=(*above, file))

    def _relative(self, path: Path) -> str:
        relative = os.path.relpath(path, self.root)
        if relative.startswith(os.pardir):
            raise AssemblyError(f"{path}: outside of the assembly; {AGAIN}")
        return relative


def _path(id_: str, artifact: Mapping[str, Any]) -> str:
    """The construct path; some versions append the stack's name in parentheses."""
    return str(artifact.get("displayName", id_)).partition(" (")[0]


def _check_version(manifest: Mapping[str, Any], path: Path) -> None:
    version = str(manifest.get("version", ""))
    major = version.partition(".")[0]
    if not major.isascii() or not major.isdigit():
        raise AssemblyError(f"{path}: no schema version; {AGAIN}")
    if not OLDEST_SCHEMA <= int(major) <= NEWEST_SCHEMA:
        known = f"{OLDEST_SCHEMA} to {NEWEST_SCHEMA}"
        raise AssemblyError(f"{path}: schema {version} is not supported ({known} are); use another CDK version")


def _template(path: Path) -> Mapping[str, Any]:
    template = read_object(path)
    resources = template.get("Resources", {})
    if not isinstance(resources, Mapping):
        raise AssemblyError(f"{path}: Resources is not an object; {AGAIN}")
    for id_, body in resources.items():
        if not id_.startswith("Fn::ForEach") and not (isinstance(body, Mapping) and isinstance(body.get("Type"), str)):
            raise AssemblyError(f"{path}: resource {id_} has no Type; {AGAIN}")
    return template
