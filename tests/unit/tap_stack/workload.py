"""The workload of one stage, as the one synth of the whole app has left it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tap_stack.settings import StageSettings
from tests.stages import configured_stages
from tests.synthesis import Resource, Template, of_type, template_of


@dataclass(frozen=True)
class Workload:
    """One stage's stack as CloudFormation gets it.

    ``address`` is the stack's construct path, ``manifest`` what the cloud assembly records about the stack, and
    ``assembly`` the folder that holds everything.
    """

    settings: StageSettings
    address: str
    template: Template
    manifest: Mapping[str, Any]
    assembly: Path

    def raw(self, kind: str) -> dict[str, Resource]:
        """All resources of a type as they stand in the template, by logical id."""
        return of_type(self.template, kind)

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of all resources of a type, by logical id."""
        return {id_: resource.get("Properties", {}) for id_, resource in self.raw(kind).items()}

    def ids(self, kind: str, path: str = "") -> list[str]:
        """The logical ids of resources of a type whose construct path starts with ``path``."""
        return [id_ for id_, resource in self.raw(kind).items() if self.path(resource).startswith(path)]

    def the(self, kind: str, path: str = "") -> Resource:
        """The properties of the one resource of a type whose construct path starts with ``path``."""
        (id_,) = self.ids(kind, path)
        return self.of_type(kind)[id_]

    def path(self, resource: Resource) -> str:
        """The construct path of a resource below the stack."""
        path: str = resource["Metadata"]["aws:cdk:path"]
        return path.removeprefix(f"{self.address}/").removesuffix("/Resource")

    def key(self) -> Resource:
        """How the template names the key's ARN."""
        (id_,) = self.raw("AWS::KMS::Key")
        return {"Fn::GetAtt": [id_, "Arn"]}

    def policies(self) -> Iterator[tuple[str, list[Resource]]]:
        """Every identity policy: the construct path of its holder, and its statements."""
        for kind in ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role"):
            for resource in self.raw(kind).values():
                properties = resource["Properties"]
                inline = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
                documents = [properties["PolicyDocument"]] if "PolicyDocument" in properties else inline
                yield self.path(resource), [statement for each in documents for statement in each["Statement"]]


@cache
def read_workload(assembly: Path, name: str) -> Workload:
    """Return the stage called ``name`` from the cloud assembly of the whole app."""
    (settings,) = (stage for stage in configured_stages() if stage.name == name)
    address = f"TapPipeline/{settings.construct_id}/Tap"
    manifests = [json.loads(path.read_text())["artifacts"] for path in assembly.rglob("manifest.json")]
    (stack,) = (a for artifacts in manifests for a in artifacts.values() if a.get("displayName") == address)
    return Workload(
        settings=settings,
        address=address,
        template=template_of(assembly, address),
        manifest=stack["properties"],
        assembly=assembly,
    )
