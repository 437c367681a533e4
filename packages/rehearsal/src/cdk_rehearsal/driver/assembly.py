"""Reads a cloud assembly: which pipeline it defines, and to which environments it deploys."""

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cdk_assembly
from cdk_rehearsal.engine.providers import CODECOMMIT, GITHUB, S3_SOURCE, SOURCE_CONNECTION
from cdk_rehearsal.errors import RehearsalError

PIPELINE = "AWS::CodePipeline::Pipeline"
QUALIFIER = "hnb659fds"
"""The qualifier of a bootstrap that nobody named otherwise (``DefaultStackSynthesizer.DEFAULT_QUALIFIER``)."""
PUSHED_TO = frozenset({(each.category, each.provider) for each in (SOURCE_CONNECTION, CODECOMMIT, GITHUB, S3_SOURCE)})


@dataclass(frozen=True, kw_only=True, order=True)
class Environment:
    """An account and a Region."""

    account: str
    region: str


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack of an assembly. ``template_file`` is relative to the assembly's root.

    ``qualifier`` is that of the bootstrap that the stack is deployed with.
    """

    name: str
    selector: str
    environment: Environment
    template_file: Path
    qualifier: str = QUALIFIER


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source that a push starts: its action, and its provider (CodeStarSourceConnection, GitHub, CodeCommit, S3)."""

    action: str
    provider: str


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """A pipeline of an assembly, with the sources whose pushes start it."""

    stack: Stack
    logical_id: str
    sources: tuple[Source, ...]
    physical_name: str = ""

    def answers_to(self, name: str) -> bool:
        """Whether ``name`` selects this pipeline: by its name, its logical ID, or its stack's name or path."""
        return name in {self.physical_name, self.logical_id, self.stack.name, self.stack.selector}

    def source(self, others: Collection[str]) -> Source:
        """Return the source that the app's commit is pushed to; ``others`` have a repository of their own.

        Raises:
            RehearsalError: one of ``others`` is no source, or not exactly one source is left.
        """
        name = f"pipeline {self.logical_id} of stack {self.stack.name}"
        known = {each.action: each for each in self.sources}
        for unknown in sorted(set(others) - known.keys()):
            raise RehearsalError(f"--source {unknown}: {name} has no such source, only {', '.join(known)}")
        left = [each for each in self.sources if each.action not in others]
        if len(left) != 1:
            raise RehearsalError(
                f"{name} has the sources {', '.join(known)}: say by --source ACTION=PATH which repositories stand for "
                "all of them but the one that this app's commit is pushed to"
            )
        return left[0]


@dataclass(frozen=True, kw_only=True)
class Assembly:
    """The stacks of a cloud assembly, those of its nested assemblies (one a Stage) included.

    ``chosen`` names the pipeline that is meant where there are several.
    """

    root: Path
    stacks: tuple[Stack, ...]
    chosen: str = ""

    @classmethod
    def read(cls, root: Path, *, chosen: str = "") -> "Assembly":
        """Read the assembly in ``root``. Raises :class:`RehearsalError` if there is none, or if it is damaged."""
        try:
            found = cdk_assembly.read_assembly(root)
        except cdk_assembly.AssemblyError as error:
            raise RehearsalError(str(error)) from error
        own = (stack for stack in found.stacks.values() if stack.parent is None)
        return cls(root=root, stacks=tuple(_stack(stack) for stack in own), chosen=chosen)

    def template(self, stack: Stack) -> dict[str, Any]:
        """Return a stack's template."""
        template: dict[str, Any] = json.loads((self.root / stack.template_file).read_text())
        return template

    def pipelines(self) -> tuple[Pipeline, ...]:
        """Return every pipeline that a push starts."""
        return tuple(
            self._pipeline(stack, logical_id, resource["Properties"])
            for stack in self.stacks
            for logical_id, resource in self.template(stack).get("Resources", {}).items()
            if resource["Type"] == PIPELINE and any(_sources(resource["Properties"]))
        )

    def _pipeline(self, stack: Stack, logical_id: str, properties: dict[str, Any]) -> Pipeline:
        name = properties.get("Name")
        return Pipeline(
            stack=stack,
            logical_id=logical_id,
            sources=tuple(_sources(properties)),
            physical_name=name if isinstance(name, str) else "",
        )

    def pipeline(self) -> Pipeline:
        """Return the selected pipeline.

        Raises:
            RehearsalError: there is none, or there are several and none, or more than one, is ``chosen``.
        """
        known = self.pipelines()
        if not known:
            raise RehearsalError(f"{self.root} has no pipeline with a source that a push could start")
        found = [each for each in known if not self.chosen or each.answers_to(self.chosen)]
        if len(found) != 1:
            listed = ", ".join(f"{each.logical_id} of stack {each.stack.name}" for each in known)
            asked = f"none or several of them answer to {self.chosen!r}" if self.chosen else "there are several"
            raise RehearsalError(
                f"--pipeline must name one pipeline of {self.root}, by its logical id or stack: {asked}: {listed}"
            )
        return found[0]

    def environments(self) -> tuple[Environment, ...]:
        """Return the distinct environments of all stacks."""
        return tuple(sorted({stack.environment for stack in self.stacks}))

    def qualifiers(self, environment: Environment) -> tuple[str, ...]:
        """Return the bootstrap qualifiers of the stacks in ``environment``."""
        return tuple(sorted({stack.qualifier for stack in self.stacks if stack.environment == environment}))


def _stack(stack: cdk_assembly.Stack) -> Stack:
    return Stack(
        name=stack.name,
        selector=stack.path,
        environment=Environment(account=stack.account, region=stack.region),
        template_file=Path(stack.file),
        qualifier=_qualifier(stack.bootstrap or ""),
    )


def _qualifier(parameter: str) -> str:
    """Return the qualifier in the name of a bootstrap's version: ``/cdk-bootstrap/hnb659fds/version``."""
    found = re.fullmatch(r"/cdk-bootstrap/([^/]+)/version", parameter)
    return found[1] if found else QUALIFIER


def _sources(properties: dict[str, Any]) -> Iterator[Source]:
    for stage in properties["Stages"]:
        for action in stage["Actions"]:
            kind = action["ActionTypeId"]
            if (kind["Category"], kind["Provider"]) in PUSHED_TO:
                yield Source(action=action["Name"], provider=kind["Provider"])
