"""What was asked of IAM in a run: who asked, for which action on which resource, and with what outcome.

No request is kept, only these words and a count. CloudFormation does not know a resource's name before it exists: what
it does with its execution role is noted on the resource's type.
"""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

BOUND = 20_000
ALLOWED = "allowed"
DENIED = "denied"
"""No statement allows it."""
FORBIDDEN = "forbidden"
"""A statement denies it."""


@dataclass(frozen=True, kw_only=True, order=True)
class Question:
    """One thing that was asked: ``principal`` and ``resource`` are ARNs, or ``resource`` is ``*`` or a type."""

    principal: str
    action: str
    resource: str
    outcome: str


@dataclass(frozen=True, kw_only=True, order=True)
class Record:
    """A question and how often it was asked."""

    question: Question
    count: int


class Records:
    """The questions of a run, each once with its count; no more than ``bound`` different ones."""

    def __init__(self, bound: int = BOUND) -> None:
        """Know of none."""
        self._bound = bound
        self._lock = threading.Lock()
        self._counts: dict[Question, int] = {}
        self._left_out = 0

    def note(self, principal: str, action: str, resource: str, outcome: str) -> None:
        """Count a question; one that is new beyond the bound is only counted as left out."""
        question = Question(principal=principal, action=action, resource=resource, outcome=outcome)
        with self._lock:
            if question in self._counts or len(self._counts) < self._bound:
                self._counts[question] = self._counts.get(question, 0) + 1
            else:
                self._left_out += 1

    def save(self) -> dict[str, Any]:
        """Return everything as JSON values, sorted."""
        with self._lock:
            asked = [{**asdict(question), "count": self._counts[question]} for question in sorted(self._counts)]
            return {"asked": asked, "left_out": self._left_out}

    def load(self, saved: Mapping[str, Any]) -> None:
        """Take up what :meth:`save` returned; an empty mapping forgets everything."""
        with self._lock:
            self._counts = {each.question: each.count for each in records(saved.get("asked", []))}
            self._left_out = saved.get("left_out", 0)


def records(asked: Iterable[Mapping[str, Any]]) -> list[Record]:
    """Return what :meth:`Records.save` wrote under ``asked``."""
    names = ("principal", "action", "resource", "outcome")
    return [Record(question=Question(**{name: each[name] for name in names}), count=each["count"]) for each in asked]


RECORDS = Records()
"""Those of the emulator of this process."""
