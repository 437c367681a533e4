"""The report: what a change does, in a form that machines read. ``schema-2.json`` is its JSON schema.

The version rises with every change that an older reader would misread.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field, computed_field, model_validator

from cdk_review.model.deployment import Asset, Pipeline, Resource, Stage
from cdk_review.model.findings import Finding, State
from cdk_review.model.judged import Observation, SignOff
from cdk_review.model.part import Part
from cdk_review.model.security import Access, Guard

VERSION: Final = 2


class Revision(Part):
    """One side of the comparison. ``commit`` is None for an assembly whose commit nobody named."""

    commit: str | None = Field(default=None, pattern="^[0-9a-f]{40}$")


class Verdict(Part):
    """The outcome. Exit code 0: clean. 3: needs a look. 1: stopped. 2: the report could not be made."""

    exit_code: Literal[0, 1, 2, 3]
    new: int
    open: int
    unsigned: int
    stopped: int
    needs_look: int
    stale_sign_offs: int


class Report(Part):
    """Everything that a change does. ``failure`` says in one line why there is no report; the rest is empty then."""

    version: Literal[2] = VERSION
    base: Revision = Revision()
    head: Revision = Revision()
    failure: str | None = None
    findings: tuple[Finding, ...] = ()
    stages: tuple[Stage, ...] = ()
    access: tuple[Access, ...] = ()
    guards: tuple[Guard, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    assets: tuple[Asset, ...] = ()
    packs: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
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
        severities = [each.severity for each in self.unsettled]
        stopped, look = severities.count("stopped"), severities.count("needs a look")
        code: Literal[0, 1, 3] = 1 if new + open_ + unsigned + stale + stopped else 3 if look else 0
        return Verdict(
            exit_code=2 if self.failure is not None else code,
            new=new,
            open=open_,
            unsigned=unsigned,
            stopped=stopped,
            needs_look=look,
            stale_sign_offs=stale,
        )

    @property
    def unsettled(self) -> tuple[Observation, ...]:
        """The observations that nobody signed off."""
        return tuple(each for each in self.observations if each.signed_off is None)

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
