"""Stacks of a cloud assembly with every reference written out, as AWS sees them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.contract.agreement.names import arns, attribute, reference

VARIABLE = re.compile(r"\$\{([^}!]+)}")


@dataclass(frozen=True, kw_only=True)
class Stack:
    """One stack: where it is deployed, and its template."""

    name: str
    account: str
    region: str
    template: Mapping[str, Any]

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        """Every resource by logical id, its properties without intrinsic functions."""
        return {
            id_: {**resource, "Properties": self.resolve(resource.get("Properties", {}))}
            for id_, resource in self.template["Resources"].items()
        }

    def of_type(self, kind: str) -> dict[str, Any]:
        """The properties of all resources of a type, by logical id."""
        return {id_: each["Properties"] for id_, each in self.resources.items() if each["Type"] == kind}

    def arns(self, id_: str) -> tuple[str, ...]:
        """The ARNs under which AWS authorizes calls on a resource."""
        return arns(self, id_)

    def resolve(self, value: Any) -> Any:  # noqa: PLR0911 - one answer for each intrinsic function
        """Return ``value`` as CloudFormation would write it, with names made up where AWS makes them."""
        match value:
            case {"Ref": str(name)}:
                return self._pseudo(name) or reference(self, name)
            case {"Fn::GetAtt": [str(id_), str(name)]}:
                return attribute(self, id_, name)
            case {"Fn::Join": [str(between), list(parts)]}:
                return between.join(str(self.resolve(part)) for part in parts)
            case {"Fn::Sub": str(text)}:
                return VARIABLE.sub(lambda found: str(self.resolve({"Ref": found[1]})), text)
            case {"Fn::GetStackOutput": {"OutputName": str(name)}}:
                return f"output/{name}"
            case Mapping():
                return {key: self.resolve(each) for key, each in value.items()}
            case list():
                return [each for part in value if (each := self.resolve(part)) != self._pseudo("AWS::NoValue")]
        return value

    def _pseudo(self, name: str) -> str | None:
        return {
            "AWS::AccountId": self.account,
            "AWS::NoValue": "<nothing>",
            "AWS::Partition": "aws",
            "AWS::Region": self.region,
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{self.name}/x1",
            "AWS::StackName": self.name,
            "AWS::URLSuffix": "amazonaws.com",
        }.get(name)


def read_stacks(assembly: Path) -> Iterator[Stack]:
    """Yield every stack of a cloud assembly, nested assemblies included."""
    for manifest in sorted(assembly.rglob("manifest.json")):
        for id_, artifact in json.loads(manifest.read_text())["artifacts"].items():
            if artifact["type"] == "aws:cloudformation:stack":
                account, region = artifact["environment"].removeprefix("aws://").split("/")
                properties = artifact["properties"]
                yield Stack(
                    name=properties.get("stackName", id_),
                    account=account,
                    region=region,
                    template=json.loads((manifest.parent / properties["templateFile"]).read_text()),
                )
