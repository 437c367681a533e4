"""What the gate found, before and after."""

from pathlib import PurePosixPath
from typing import Literal

from pydantic import Field, field_validator

from cdk_review.model.part import Part

State = Literal["new", "open", "fixed", "acknowledged", "stale", "advice"]


class Place(Part):
    """Where something stands in the source: a file, relative to the repository, and its line, from 1."""

    file: str
    line: int = Field(ge=1)

    @field_validator("file")
    @classmethod
    def _inside(cls, file: str) -> str:
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or "\\" in file or not path.parts:
            raise ValueError("a path inside the repository is expected")
        return file


class Since(Part):
    """When an acknowledgement came.

    Attributes:
        change: Whether it comes with this change.
        commit: The commit that its line is from; None where that is not known.
        date: That commit's date, as ``YYYY-MM-DD``; None likewise.
    """

    change: bool
    commit: str | None = None
    date: str | None = None


class Finding(Part):
    """A rule that a construct breaks, counted once whatever the number of reports.

    Attributes:
        state: ``new``: open, and not in the base. ``open``: open in both. ``fixed``: gone from the head.
            ``acknowledged``: accepted with a reason. ``stale``: an acknowledgement that matches no finding.
            ``advice``: the CDK's own warnings, which fail nothing.
        rule: The rule with its granular part.
        path: The construct's path; for a stale acknowledgement the one that it stands on.
        before: What it was in the base; None where it was not there.
        reason: The evidence of an acknowledgement.
        since: When the acknowledgement came.
        place: The construct in the source, as closely as is known.
        fingerprint: The same for the same rule and path, whatever the commit.
    """

    state: State
    rule: str
    path: str
    description: str = ""
    before: Literal["open", "acknowledged"] | None = None
    reason: str | None = None
    acknowledged_at: str | None = None
    since: Since | None = None
    place: Place | None = None
    fingerprint: str = Field(pattern="^[0-9a-f]{64}$")
