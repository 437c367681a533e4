"""Wildcard patterns as automata: a representative for each class of strings that a set of patterns can tell apart.

IAM knows two wildcards, ``*`` and ``?`` ("Wildcards in IAM", IAM User Guide). All patterns run as one automaton by
subset construction; the set of patterns that accept a string is its class. Breadth first, so that each class gets a
shortest witness. A state is one integer: a bit for each position in each pattern.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final

MOST_STATES: Final = 20_000
"""About 0.3 s. Patterns that need more are not decided."""

FIRST_UNKNOWN: Final = "\ue000"
LAST_UNKNOWN: Final = "\uf8ff"
"""Private-use letters each stand for a text that is known only at deployment; ``?`` does not match one, because such a
text has any length."""

_STARS: Final = re.compile(r"\*+")
_OTHERS: Final = "xyzabcdefghijklmnopqrstuvw0123456789XYZ-_.+=@%~#\u2603"


class UndecidedError(Exception):
    """The patterns need more than :data:`MOST_STATES` states."""


class Patterns:
    """Wildcard patterns that are asked together."""

    def __init__(self, patterns: Iterable[str]) -> None:
        """Take the patterns, each once."""
        self.patterns = tuple(dict.fromkeys(patterns))

    @cached_property
    def representatives(self) -> Mapping[frozenset[str], str]:
        """A shortest string for each class: for each set of patterns that some string matches, and no others.

        Raises :class:`UndecidedError`.
        """
        start, accepting, stars, advancing, letters = self._automaton()
        any_letter = advancing[letters[-1]]
        first = self._closed(start, stars)
        seen = {first}
        found = {first & accepting: ""}
        level = [(first, "")]
        while level:
            following = []
            for state, word in level:
                moved = set()
                for letter in letters:
                    move = advancing[letter]
                    if letter != letters[-1] and state & move == state & any_letter and letter < FIRST_UNKNOWN:
                        continue  # as good as any other letter
                    new = self._closed(((state & move) << 1) | (state & stars), stars)
                    if new in moved or new in seen:
                        continue
                    moved.add(new)
                    seen.add(new)
                    if len(seen) > MOST_STATES:
                        raise UndecidedError(f"{len(self.patterns)} patterns need more than {MOST_STATES} states")
                    found.setdefault(new & accepting, word + letter)
                    following.append((new, word + letter))
            level = following
        return {self._class(mask): word for mask, word in found.items()}

    def _class(self, mask: int) -> frozenset[str]:
        return frozenset(pattern for pattern, bit in zip(self.patterns, self._bits, strict=True) if mask & bit)

    def _automaton(self) -> tuple[int, int, int, Mapping[str, int], list[str]]:
        start = accepting = stars = wild = offset = 0
        exact: dict[str, int] = {}
        self._bits: list[int] = []
        for pattern in map(squeezed, self.patterns):
            start |= 1 << offset
            for letter in pattern:
                if letter == "*":
                    stars |= 1 << offset
                elif letter == "?":
                    wild |= 1 << offset
                else:
                    exact[letter] = exact.get(letter, 0) | 1 << offset
                offset += 1
            accepting |= 1 << offset
            self._bits.append(1 << offset)
            offset += 1
        other = next(letter for letter in _OTHERS if letter not in exact)
        advancing = {letter: bits | (0 if is_token(letter) else wild) for letter, bits in exact.items()}
        advancing[other] = wild
        return start, accepting, stars, advancing, [*sorted(exact), other]

    @staticmethod
    def _closed(state: int, stars: int) -> int:
        """Add where an empty ``*`` leads. After squeezing, no two stars follow each other."""
        return state | (state & stars) << 1


def squeezed(pattern: str) -> str:
    """Return ``pattern`` without repeated stars."""
    return _STARS.sub("*", pattern)


def is_token(letter: str) -> bool:
    """Whether ``letter`` stands for a text that is known only at deployment."""
    return FIRST_UNKNOWN <= letter <= LAST_UNKNOWN


def may_meet(pattern: str, text: str) -> bool:
    """Whether some deployment has a string that ``pattern`` matches and that ``text`` may be.

    Tokens may be any text on both sides, and so may ``*`` in ``pattern``.
    """
    left, right = (
        squeezed("".join("*" if is_token(letter) else letter for letter in each)) for each in (pattern, text)
    )
    states, seen = {(0, 0)}, set()
    while states:
        state = states.pop()
        if state in seen:
            continue
        seen.add(state)
        i, j = state
        a, b = left[i : i + 1], right[j : j + 1]
        if not a and not b:
            return True
        if a == "*":
            states.add((i + 1, j))
            if b:
                states.add((i, j + 1))
        if b == "*":
            states.add((i, j + 1))
            if a:
                states.add((i + 1, j))
        if a and b and (a == b or "?" in {a, b}) and "*" not in {a, b}:
            states.add((i + 1, j + 1))
    return False
