"""What a property means, and which direction is weaker."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cdk_verdict.diffing import is_intrinsic, key_of
from cdk_verdict.model import Outcome


class Meaning(StrEnum):
    """What a property protects."""

    ENCRYPTED = "encrypted"
    VERSIONED = "versioned"
    RETAINED = "retained"
    DELETION_PROTECTED = "deletion-protected"
    LOGGED = "logged"
    PRIVATE = "private"
    TLS = "TLS"
    AUTHENTICATED = "authenticated"
    BACKED_UP = "backed-up"
    BOUNDED = "bounded"
    ALARMED = "alarmed"
    FILTERED = "filtered"
    AVAILABLE = "available"
    GATED = "gated"
    NEUTRAL = "neutral"
    ELSEWHERE = "elsewhere"


MILD: Final = frozenset({Meaning.BOUNDED, Meaning.AVAILABLE})
"""Meanings whose loss needs a look; the loss of any other is stopped."""

Judgment = Outcome | None
"""How bad a change is; None where it is not weaker."""
Judge = Callable[[Any, Any], bool | None]
"""Whether the second value is weaker than the first; None if that cannot be decided."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What a property means.

    Attributes:
        path: The dotted path; ``*`` stands for a list's entry. It covers what is below.
        direction: How to compare; for a neutral property, why it is.
    """

    path: str
    meaning: Meaning
    direction: str

    def judge(self, before: Any, after: Any) -> Judgment:
        """Return how bad it is that the property goes from ``before`` to ``after``; None for absent."""
        if self.meaning in {Meaning.NEUTRAL, Meaning.ELSEWHERE}:
            return None
        name, _, argument = self.direction.partition(" ")
        weaker = DIRECTIONS[name](argument)(before, after)
        if weaker is False:
            return None
        mild = weaker is None or self.meaning in MILD
        return Outcome.NEEDS_LOOK if mild else Outcome.STOPPED


def _truth(value: Any) -> bool | None:
    """The truth of a property; None if it is known only at deployment."""
    if value is None or value is False or value in ("false", "False", "DISABLED", "Disabled", "INACTIVE", "0", 0):
        return False
    if value is True or value in ("true", "True", "ENABLED", "Enabled", "ACTIVE", "1", 1):
        return True
    return None


def _on(default: str) -> Judge:
    """True protects. ``default`` is what AWS takes for an absent value, false where it is left out."""

    def judge(before: Any, after: Any) -> bool | None:
        was, is_ = (default == "true" if value is None else _truth(value) for value in (before, after))
        return None if was is None or is_ is None else was and not is_

    return judge


def _off(default: str) -> Judge:
    """False protects."""

    def judge(before: Any, after: Any) -> bool | None:
        was, is_ = (default == "true" if value is None else _truth(value) for value in (before, after))
        return None if was is None or is_ is None else is_ and not was

    return judge


def _present(argument: str) -> Judge:
    """Being there protects; another value cannot be compared. With ``empty``, an empty object is there, too."""

    def judge(before: Any, after: Any) -> bool | None:
        if not _is_there(before, argument):
            return False
        return None if _is_there(after, argument) else True

    return judge


def _absent(argument: str) -> Judge:
    """Not being there protects."""

    def judge(before: Any, after: Any) -> bool | None:
        if not _is_there(after, argument):
            return False
        return None if _is_there(before, argument) else True

    return judge


def _is_there(value: Any, argument: str) -> bool:
    nothing: tuple[Any, ...] = (None,) if argument == "empty" else (None, {}, [], "")
    return value not in nothing and value != {"Ref": "AWS::NoValue"}


def _more(default: str) -> Judge:
    """The greater number protects better. ``default`` stands for an absent value; ``inf`` is without end."""
    return _numbers(default, lambda was, is_: is_ < was)


def _less(default: str) -> Judge:
    """The smaller number protects better."""
    return _numbers(default, lambda was, is_: is_ > was)


def _numbers(default: str, weaker: Callable[[float, float], bool]) -> Judge:
    def judge(before: Any, after: Any) -> bool | None:
        try:
            was, is_ = (float((default or 0) if value is None else value) for value in (before, after))
        except (TypeError, ValueError):
            return None
        return weaker(was, is_)

    return judge


def _order(argument: str) -> Judge:
    """Values from the strongest to the weakest, by ``>``; ``-`` stands for an absent one, ``~`` joins equal ones."""
    ranks = {name: rank for rank, names in enumerate(argument.split(">")) for name in names.split("~")}

    def judge(before: Any, after: Any) -> bool | None:
        was, is_ = (ranks.get("-" if value is None else str(value)) for value in (before, after))
        return None if was is None or is_ is None else is_ > was

    return judge


def _superset(_: str) -> Judge:
    """Each entry protects."""
    return _entries(lambda was, is_: bool(was - is_))


def _subset(_: str) -> Judge:
    """Each entry opens something."""
    return _entries(lambda was, is_: bool(is_ - was))


def _entries(weaker: Callable[[set[str], set[str]], bool]) -> Judge:
    def judge(before: Any, after: Any) -> bool | None:
        if is_intrinsic(before) or is_intrinsic(after):
            return None
        return weaker(*({key_of(entry) for entry in _listed(value)} for value in (before, after)))

    return judge


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


_VERSION: Final = re.compile(r"(?:TLS|SSL)[-_v]*(\d)(?:[._-]?(\d))?(?:[^\d]*(20\d\d))?", re.IGNORECASE)


def _tls(_: str) -> Judge:
    """A security policy or protocol version, by the oldest version that it lets through, then by its year."""

    def judge(before: Any, after: Any) -> bool | None:
        was, is_ = (_tls_rank(value) for value in (before, after))
        if was is None or is_ is None:
            return None if after is not None or before is None else True
        return is_ < was

    return judge


def _tls_rank(value: Any) -> tuple[int, int, int, int] | None:
    found = _VERSION.search(value) if isinstance(value, str) else None
    if found is None:
        return None
    is_tls = 0 if value.upper().startswith("SSL") else 1
    return is_tls, int(found[1]), int(found[2] or 0), int(found[3] or 0)


def _changed(_: str) -> Judge:
    """Another value cannot be compared; coming or going alone means nothing, since other parts come and go with it."""
    return lambda before, after: False if before is None or after is None else None


def _look(_: str) -> Judge:
    """No direction is known to be harmless."""
    return lambda _before, _after: None


DIRECTIONS: Final[Mapping[str, Callable[[str], Judge]]] = {
    "on": _on,
    "off": _off,
    "present": _present,
    "absent": _absent,
    "more": _more,
    "less": _less,
    "order": _order,
    "superset": _superset,
    "subset": _subset,
    "tls": _tls,
    "changed": _changed,
    "look": _look,
}
