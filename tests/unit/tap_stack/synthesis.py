"""The workload as it leaves a synth, made once for all tests that look at it."""

import atexit
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import aws_cdk as cdk

from compliance.gate import add_gate
from stages.stage import TapStage
from stages.table import stage_table
from tap_stack.settings import StageSettings

ROOT = Path(__file__).parents[3]
TOOLS, DEV, PROD = "111111111111", "222222222222", "333333333333"
REGION = "us-east-1"
Resource = Mapping[str, Any]


@dataclass(frozen=True)
class Workload:
    """One stage's stack as CloudFormation gets it."""

    settings: StageSettings
    template: Mapping[str, Any]
    manifest: Mapping[str, Any]
    assets: Path

    def of_type(self, kind: str) -> dict[str, Resource]:
        """The properties of all resources of a type, by logical id."""
        return {id_: resource.get("Properties", {}) for id_, resource in self.raw(kind).items()}

    def raw(self, kind: str) -> dict[str, Resource]:
        """All resources of a type as they stand in the template, by logical id."""
        return {id_: resource for id_, resource in self.template["Resources"].items() if resource["Type"] == kind}

    def the(self, kind: str, path: str = "") -> Resource:
        """The properties of the one resource of a type whose construct path holds ``path``."""
        (found,) = (self.template["Resources"][id_] for id_ in self.ids(kind, path))
        return dict(found["Properties"])

    def ids(self, kind: str, path: str = "") -> list[str]:
        """The logical ids of resources of a type whose construct path holds ``path``."""
        return [id_ for id_, resource in self.raw(kind).items() if path in self.path(resource)]

    def path(self, resource: Resource) -> str:
        """The construct path of a resource below the stack."""
        path: str = resource["Metadata"]["aws:cdk:path"]
        return path.partition("/Tap/")[2].removesuffix("/Resource")

    def key(self) -> Mapping[str, Any]:
        """How the template names the key's ARN."""
        (id_,) = self.raw("AWS::KMS::Key")
        return {"Fn::GetAtt": [id_, "Arn"]}

    def policies(self) -> Iterator[tuple[str, list[Resource]]]:
        """Every identity policy: the construct path of its holder, and its statements."""
        for kind in ("AWS::IAM::Policy", "AWS::IAM::Role"):
            for resource in self.raw(kind).values():
                documents = [resource["Properties"].get("PolicyDocument")]
                documents += [inline["PolicyDocument"] for inline in resource["Properties"].get("Policies", [])]
                statements = [statement for document in documents if document for statement in document["Statement"]]
                yield self.path(resource), statements


def as_list(value: Any) -> list[Any]:
    """What CloudFormation writes as one value or as a list of them."""
    return value if isinstance(value, list) else [value]


def settings_of_the_table() -> tuple[StageSettings, ...]:
    return stage_table(tools_account=TOOLS, dev_account=DEV, dev_region=REGION, prod_account=PROD, prod_region=REGION)


def new_app(outdir: str) -> cdk.App:
    """An app with the feature flags of the project's own cdk.json, and construct paths as the CLI asks for them."""
    context = json.loads((ROOT / "cdk.json").read_text())["context"] | {"aws:cdk:enable-path-metadata": True}
    return cdk.App(outdir=outdir, context=context, analytics_reporting=False)


@cache
def assembly() -> Path:
    """The folder of the one synth of both stages, with the gate."""
    outdir = tempfile.mkdtemp(prefix="workload-")
    atexit.register(shutil.rmtree, outdir, ignore_errors=True)
    app = new_app(outdir)
    for settings in settings_of_the_table():
        TapStage(app, settings.name.capitalize(), settings=settings)
    add_gate(app)
    app.synth()
    return Path(outdir)


@cache
def workload(name: str) -> Workload:
    """The stage called ``name``."""
    settings = next(stage for stage in settings_of_the_table() if stage.name == name)
    folder = assembly() / f"assembly-{name.capitalize()}"
    artifacts = json.loads((folder / "manifest.json").read_text())["artifacts"]
    (stack,) = (artifact for artifact in artifacts.values() if artifact["type"] == "aws:cloudformation:stack")
    template = json.loads((folder / stack["properties"]["templateFile"]).read_text())
    return Workload(settings=settings, template=template, manifest=stack["properties"], assets=assembly())
