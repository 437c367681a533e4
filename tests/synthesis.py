"""The app synthesised in process, and how to find one's way in a cloud assembly."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App

import app as delivery_app
from cdk_assembly import read_assembly
from compliance import gate
from stages.table import STAGES

ROOT = Path(__file__).parent.parent
Template = Mapping[str, Any]
Resource = Mapping[str, Any]

# The tests' own settings, so that they pass in a clone whose cdk.json names its owner's accounts. Each row of the table
# of stages has an account.
SETTINGS: Mapping[str, Any] = {
    "tools": {"account": "111111111111", "region": "us-east-1"},
    "stages": {
        name: {"account": f"{number}" * 12, "region": "us-east-1"} for number, name in enumerate(STAGES, start=2)
    },
    "repository": "your-organisation/tap-delivery",
    "branch": "main",
    "connection_arn": "arn:aws:codeconnections:us-east-1:111111111111:connection/01234567-89ab-cdef-0123-456789abcdef",
    "approvers": ["one@example.com", "two@example.com"],
}

# What the CDK CLI adds to the context by default, and `versionReporting` of cdk.json: with these, a synth in process
# writes what `cdk synth` writes. A contract test holds the two together.
ADDED_BY_CLI: Mapping[str, object] = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:version-reporting": False,
    "aws:cdk:bundling-stacks": ["**"],
}


def committed_context() -> dict[str, Any]:
    """The context of the repository's own cdk.json."""
    context: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return context


def as_variables(settings: Mapping[str, Any], prefix: str = "DELIVERY") -> dict[str, str]:
    """The environment variables that stand for ``settings``."""
    variables: dict[str, str] = {}
    for name, value in settings.items():
        variable = f"{prefix}_{name}".upper()
        if isinstance(value, Mapping):
            variables |= as_variables(value, variable)
        else:
            variables[variable] = value if isinstance(value, str) else ",".join(value)
    return variables


def new_app(outdir: Path) -> App:
    """An empty app with the committed feature flags and the tests' own settings."""
    context = {**committed_context(), "delivery": SETTINGS, **ADDED_BY_CLI, **gate.STRICT}
    return App(outdir=str(outdir), context=context, analytics_reporting=False, stack_traces=False)


def synthesise(outdir: Path, *, environ: Mapping[str, str]) -> Path:
    """Synthesise the whole app with the gate, by the tests' settings and ``environ`` above them; return ``outdir``."""
    app = new_app(outdir)
    delivery_app.build(app, environ=environ)
    gate.synthesise(app)
    return outdir


def synthesise_once(folder: Path) -> Path:
    """Return the assembly of the whole app in ``folder``, synthesized by the first process that asks for it."""
    outdir, finished = folder / "shared-assembly", folder / "shared-assembly.finished"
    with (folder / "shared-assembly.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not finished.exists():
            synthesise(outdir, environ={})
            finished.touch()
    return outdir


def command_environ(**more: str) -> dict[str, str]:
    """The environment of a command that people run: theirs, with the clone's tools first on the path."""
    tools = [str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]]
    return {**os.environ, "PATH": os.pathsep.join(tools), **more}


def stack_templates(assembly: Path) -> Iterator[tuple[str, Path]]:
    """The address of each stack in ``assembly`` and in those nested in it, and the path of its template."""
    return ((path, assembly / stack.file) for path, stack in read_assembly(assembly).stacks.items())


def template_of(assembly: Path, stack: str) -> Template:
    """The template of the stack with that address, for instance ``TapPipeline``."""
    return read_assembly(assembly).stacks[stack].template


def of_type(template: Template, kind: str) -> dict[str, Resource]:
    """The resources of one type, by logical id."""
    return {id_: resource for id_, resource in template["Resources"].items() if resource["Type"] == kind}


def as_list(value: Any) -> list[Any]:
    """What CloudFormation and IAM write as one value or as a list of them."""
    return value if isinstance(value, list) else [value]
