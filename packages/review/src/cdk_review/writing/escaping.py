"""Puts values into Markdown so that they are shown and never read as Markdown."""

import re
from typing import Final

from cdk_review.plain import visible

LONGEST: Final = 400
"""Characters of one value; the whole report has the rest."""

# All that begins or ends anything in GitHub's Markdown, HTML, Mermaid or in a table. Character references are never
# read as structure (CommonMark 0.31, 2.5), and GitHub neither mentions people nor links issues inside of <code>.
_SYNTAX: Final = {ord(character): f"&#{ord(character)};" for character in "&<>\"'\\`*_{}[]()#!|~@$^+="}
# Addresses become links where these stand; elsewhere they are harmless and common.
_LINKS: Final = re.compile(r":(?=/)|(?<=www)\.")


def code(value: str) -> str:
    """``value`` as a piece of code, in one line."""
    text = visible(value)
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}…"
    escaped = _LINKS.sub(lambda found: f"&#{ord(found[0])};", text.translate(_SYNTAX))
    return f"<code>{escaped or ' '}</code>"


def codes(values: tuple[str, ...], *, most: int = 12) -> str:
    """Several values, and how many there are beyond ``most``."""
    more = f" and {len(values) - most} more" if len(values) > most else ""
    return ", ".join(code(value) for value in values[:most]) + more


def label(value: str) -> str:
    """``value`` for a label of a Mermaid picture; its syntax becomes Mermaid's own character codes."""
    text = visible(value)
    return re.sub(r"[^A-Za-z0-9 .,/_-]", lambda found: f"#{ord(found[0])};", text[:60])
