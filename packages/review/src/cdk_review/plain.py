"""Makes text safe to show: what can't be seen becomes visible, and account ids become names."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, Final

# Controls, formats (direction marks, joiners, tags), surrogates, private use, unassigned, line and paragraph ends.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Marks that stack on the letter before them; a handful is language, a hundred is a way to cover other lines.
_MARKS: Final = frozenset({"Mn", "Me"})
_MARKS_IN_A_ROW: Final = 3
_SPACE: Final = re.compile(r"[\t\n\r\f\v ]+")
_ACCOUNT: Final = re.compile(r"(?<![0-9A-Za-z])\d{12}(?![0-9A-Za-z])")


def visible(text: str) -> str:
    """``text`` in one line, with every character that a reader could not see written as ``⟨U+202E⟩``."""
    line = _SPACE.sub(" ", text).strip()
    if line.isascii() and line.isprintable():
        return line
    shown: list[str] = []
    marks = 0
    for character in line:
        category = unicodedata.category(character)
        marks = marks + 1 if category in _MARKS else 0
        unseen = category in _UNSEEN or marks > _MARKS_IN_A_ROW
        shown.append(f"⟨U+{ord(character):04X}⟩" if unseen else character)
    return "".join(shown)


def accounts_named(accounts: Iterable[str]) -> Callable[[str], str]:
    """Return a function that writes ``account-1`` for the first of ``accounts`` and so on.

    An account that is not among them gets the next number when it is first met.
    """
    names: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"account-{len(names) + 1}")

    for account in accounts:
        _ACCOUNT.sub(name, account)
    return lambda text: _ACCOUNT.sub(name, text)


def mapped(value: Any, function: Callable[[str], str]) -> Any:
    """``value``, made of dicts and sequences, with ``function`` applied to every string in it but the keys."""
    match value:
        case str():
            return function(value)
        case dict():
            return {key: mapped(item, function) for key, item in value.items()}
        case list() | tuple():
            return [mapped(item, function) for item in value]
        case _:
            return value
