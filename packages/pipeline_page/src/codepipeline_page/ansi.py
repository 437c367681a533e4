"""ANSI escape sequences of a log: colors and weight become spans; every other sequence is dropped.

Source: ECMA-48, Select Graphic Rendition; xterm's 256 and 24-bit colors are shown in the default color.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SEQUENCE = re.compile(
    r"\x1b\[(?P<colors>[\d;:]*)m"
    r"|\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]"  # other control sequences, such as moving the cursor
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)"  # operating system commands, such as hyperlinks
    r"|\x1b[@-Z\\^_]"
    r"|[\x00-\x08\x0b-\x1f\x7f]"
)
COLORS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
STYLES = {1: "bold", 2: "faint", 3: "italic", 4: "underlined"}
EXTENDED = {"38", "48"}


@dataclass(frozen=True, kw_only=True)
class Span:
    """Text in one style; ``style`` holds the names of CSS classes, separated by spaces."""

    text: str
    style: str = ""


def spans(text: str) -> tuple[Span, ...]:
    """Return a line as spans. A style ends with its line, as most log viewers have it."""
    found: list[Span] = []
    style: dict[str, str] = {}
    place = 0
    for match in SEQUENCE.finditer(text):
        _add(found, text[place : match.start()], style)
        if match["colors"] is not None:
            style = _changed(style, match["colors"])
        place = match.end()
    _add(found, text[place:], style)
    return tuple(found)


def plain(text: str) -> str:
    """Return a line without its escape sequences."""
    return SEQUENCE.sub("", text)


def _add(found: list[Span], text: str, style: dict[str, str]) -> None:
    if text:
        found.append(Span(text=text, style=" ".join(sorted(style.values()))))


def _changed(style: dict[str, str], codes: str) -> dict[str, str]:
    new, numbers = dict(style), iter((codes or "0").replace(":", ";").split(";"))
    for text in numbers:
        number = int(text or "0")
        if number == 0:
            new = {}
        elif number in STYLES:
            new[STYLES[number]] = STYLES[number]
        elif number == 22:  # noqa: PLR2004 - ECMA-48: normal weight
            new.pop("bold", None), new.pop("faint", None)
        elif number in (23, 24):
            new.pop(STYLES[number - 20], None)
        elif number in range(30, 38) or number in range(90, 98):
            new["color"] = f"ansi-{COLORS[number % 10]}"
        elif text in EXTENDED:
            _skip_color(numbers)
            new.pop("color", None)
        elif number == 39:  # noqa: PLR2004 - ECMA-48: default color
            new.pop("color", None)
    return new


def _skip_color(numbers: Iterable[str]) -> None:
    """Skip the parameters of an extended color: ``5;N``, or ``2;R;G;B``."""
    parameters = iter(numbers)
    for _ in range({"5": 1, "2": 3}.get(next(parameters, ""), 0)):
        next(parameters, None)
