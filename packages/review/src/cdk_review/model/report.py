"""The report: what a change does, in a form that machines read. ``review/schema-1.json`` is its JSON schema.

The version rises with every change that an older reader would misread.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, computed_field, model_validator

from cdk_review.model.deployment import Asset, Pipeline, Resource, Stage
from cdk_review.model.findings import Finding, State
from cdk_review.model.part import Part
from cdk_review.model.security import Access, Guard

VERSION: Final = 1


class Revision(Part):
    """One side of the comparison. ``commit`` is None for an assembly whose commit nobody named."""

    commit: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")


class SignOff(Part):
    """An entry of the sign-off file. A stale one agrees to a change that is not there."""

    stage: str
    resource: str
    reason: str
    stale: bool


class Verdict(Part):
    """What it comes to. Exit code 0: clean. 1: something has to be mended or signed off. 2: could not tell."""

    exit_code: Literal[0, 1, 2]
    new: int
    open: int
    unsigned: int
    stale_sign_offs: int


class Report(Part):
    """Everything that a change does. ``failure`` says in one line why there is no report; the rest is empty then."""

    version: Literal[1] = VERSION
    base: Revision = Revision()
    head: Revision = Revision()
    failure: str | None = None
    findings: tuple[Finding, ...] = ()
    stages: tuple[Stage, ...] = ()
    access: tuple[Access, ...] = ()
    guards: tuple[Guard, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    assets: tuple[Asset, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _without_verdict(cls, data: Any) -> Any:
        """Drop the verdict of a document that is read: it follows from the rest and is never taken on trust."""
        return {key: value for key, value in data.items() if key != "verdict"} if isinstance(data, Mapping) else data

    @computed_field  # type: ignore[prop-decorator] # mypy has no decorated properties (python/mypy#1362)
    @property
    def verdict(self) -> Verdict:
        """What the report comes to."""
        states = [finding.state for finding in self.findings]
        new, open_ = states.count("new"), states.count("open")
        unsigned = len(self.unsigned)
        stale = sum(entry.stale for entry in self.sign_offs)
        wrong = 1 if new + open_ + unsigned + stale else 0
        return Verdict(
            exit_code=2 if self.failure is not None else 1 if wrong else 0,
            new=new,
            open=open_,
            unsigned=unsigned,
            stale_sign_offs=stale,
        )

    @property
    def unsigned(self) -> tuple[tuple[Stage, Resource], ...]:
        """The destructive changes that nobody agreed to, each with its stage."""
        return tuple(
            (stage, resource)
            for stage in self.stages
            for resource in stage.resources
            if resource.destructive and resource.signed_off is None
        )

    def of(self, state: State) -> tuple[Finding, ...]:
        """The findings in one state."""
        return tuple(finding for finding in self.findings if finding.state == state)
