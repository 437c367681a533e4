"""Compares the conditions of statements: which condition is known to hold whenever another one does."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_verdict.diffing import key_of

Render = Callable[[Any], str]
NEGATED: Final = ("stringnot", "arnnot", "numericnot", "datenot", "notipaddress")
_SETS: Final = ("forallvalues:", "foranyvalue:")


@dataclass(frozen=True, kw_only=True)
class Atom:
    """One key under one operator. Several values are alternatives; under a negated operator, all are excluded."""

    operator: str
    key: str
    values: frozenset[str]

    def implies(self, other: "Atom") -> bool:
        """Whether every request that meets this meets ``other``; False if that is not known."""
        if self == other:
            return True
        if self.key != other.key:
            return False
        mine, its = _equivalent(self.operator), _equivalent(other.operator)
        if its not in {mine, f"{mine}ifexists"}:
            return False
        if _base(its) == "null":
            return False
        if _base(its).startswith(NEGATED):
            return self.values >= other.values
        return bool(self.values) and self.values <= other.values


Condition = frozenset[Atom]
"""Atoms that must all hold; empty if there is no condition."""


def parse_condition(document: Any, render: Render) -> Condition | None:
    """Return the atoms of a statement's ``Condition``; None if it cannot be read."""
    if document is None:
        return frozenset()
    if not isinstance(document, Mapping):
        return None
    atoms = set()
    for operator, keys in document.items():
        if not isinstance(keys, Mapping):
            return None
        for key, values in keys.items():
            listed: Iterable[Any] = values if isinstance(values, list) else [values]
            atoms.add(
                Atom(operator=operator.lower(), key=key.lower(), values=frozenset(render(value) for value in listed))
            )
    return frozenset(atoms)


def implies(narrow: Condition, wide: Condition) -> bool:
    """Whether ``narrow`` is known to hold only where ``wide`` does."""
    return all(any(mine.implies(other) for mine in narrow) for other in wide)


def written(condition: Condition) -> str:
    """Return ``condition`` for people; empty if there is none."""
    atoms = sorted((atom.operator, atom.key, sorted(atom.values)) for atom in condition)
    return " and ".join(f"{operator} {key} {key_of(values)}" for operator, key, values in atoms)


def _equivalent(operator: str) -> str:
    """``ArnEquals`` and ``ArnLike`` "behave identically" (IAM User Guide, Arn condition operators)."""
    return operator.replace("arnequals", "arnlike").replace("arnnotequals", "arnnotlike")


def _base(operator: str) -> str:
    for prefix in _SETS:
        operator = operator.removeprefix(prefix)
    return operator.removesuffix("ifexists")
