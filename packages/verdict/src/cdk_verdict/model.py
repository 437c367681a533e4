"""What a verdict consists of."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Final

VERSION: Final = 1
"""The version of the JSON form. A field that is added leaves it; one that is removed or renamed raises it."""


class Outcome(IntEnum):
    """How bad a change is; the greater, the worse."""

    CLEAN = 0
    NEEDS_LOOK = 1
    STOPPED = 2

    @property
    def exit_code(self) -> int:
        """The exit code of a command: 0, 3, and 1. 2 remains for misuse."""
        return {Outcome.CLEAN: 0, Outcome.NEEDS_LOOK: 3, Outcome.STOPPED: 1}[self]


class Kind(StrEnum):
    """What an observation is about."""

    LOSS = "loss"
    """Data is deleted, orphaned, or replaced by an empty resource."""
    RETENTION = "retention"
    """What keeps data from being deleted becomes weaker."""
    PROTECTION = "protection"
    """A protection becomes weaker."""
    ACCESS = "access"
    """Somebody can do or reach more."""
    GATE = "gate"
    """A control over changes becomes weaker."""
    LIMIT = "limit"
    """A role can do what the repository says that no role may do."""
    SECRET = "secret"  # noqa: S105 - a kind of observation
    """A secret is added in plain text."""
    UNKNOWN = "unknown"
    """Something that nobody has classified, and that is therefore not clean."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The resource that an observation is about."""

    type: str
    logical_id: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Witness:
    """A request that head allows and base does not. Empty parts do not apply."""

    principal: str
    action: str
    resource: str
    condition: str = ""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One thing that a change does.

    Attributes:
        kind: What it is about.
        severity: What it makes of the verdict; never CLEAN.
        stage: The path of the CDK stage; empty for what belongs to the repository.
        stack: The path of the stack; likewise.
        subject: The resource; None if it is about a stack or a file.
        sentence: What happens, for a reviewer who knows AWS.
        before: The value in base, as JSON or text; None if there was none.
        after: The value in head; None if there is none.
        todo: What to do about it.
        meaning: The protection or gate, in a word or two, to group by.
        location: The property's dotted path, or the file's path.
        witness: A request that becomes possible.
        outside: Whether somebody outside of the app's accounts, or anybody at all, gains something.
    """

    kind: Kind
    severity: Outcome
    sentence: str
    todo: str
    stage: str = ""
    stack: str = ""
    subject: Subject | None = None
    before: str | None = None
    after: str | None = None
    meaning: str = ""
    location: str = ""
    witness: Witness | None = None
    outside: bool = False

    @property
    def digest(self) -> str:
        """The digest of what a sign-off agrees to. Sentences may be reworded; the content may not change."""
        subject = self.subject
        content = [
            self.kind,
            self.stage,
            self.stack,
            [subject.type, subject.logical_id] if subject else None,
            self.meaning,
            self.location,
            self.before,
            self.after,
            [self.witness.principal, self.witness.action, self.witness.resource, self.witness.condition]
            if self.witness
            else None,
        ]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a change does, as far as it is not clean, the worst first."""

    observations: tuple[Observation, ...] = field(default=())

    @property
    def outcome(self) -> Outcome:
        """The worst of the observations; CLEAN if there is none."""
        return max((each.severity for each in self.observations), default=Outcome.CLEAN)


def verdict_of(observations: Iterable[Observation]) -> Verdict:
    """Return the verdict that ``observations`` make, each once, the worst first and otherwise in their order."""
    return Verdict(observations=tuple(sorted(dict.fromkeys(observations), key=lambda each: -each.severity)))


def shown(value: Any) -> str | None:
    """Return ``value`` as text that is the same for the same value; None stays None."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
