"""The verdict's part of the report."""

from typing import Literal

from cdk_review.model.part import Part

Severity = Literal["needs a look", "stopped"]


class Observation(Part):
    """One thing that the change does and that is not clean. The fields are those of ``cdk_verdict.Observation``.

    ``stage`` and ``stack`` are empty for what belongs to the repository. ``signed_off`` is the reason of the sign-off.
    """

    kind: str
    severity: Severity
    stage: str
    stack: str
    resource: str | None
    type: str | None
    sentence: str
    todo: str
    meaning: str
    location: str
    before: str | None
    after: str | None
    witness: tuple[str, ...]
    outside: bool
    digest: str
    signed_off: str | None = None


class SignOff(Part):
    """An entry of the sign-off file.

    A stale one agrees to what every stage runs; an unowned one agrees to a stopped change in a file without code owner.
    """

    digest: str
    stages: tuple[str, ...]
    reason: str
    stale: bool = False
    unowned: bool = False


class Judged(Part):
    """The verdict: what is not clean, what the sign-off file says, and the rule packs that reported."""

    packs: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    sign_offs: tuple[SignOff, ...] = ()
