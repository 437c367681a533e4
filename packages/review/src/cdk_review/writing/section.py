"""A part of the Markdown report."""

from dataclasses import dataclass

ALWAYS_OPEN = 10
"""Rows that are shown without a click."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the report.

    Attributes:
        rank: What is cut last has the lowest.
        columns: The table's head.
        rows: Its rows, the most important first.
        intro: What stands before the table; it goes with the last row.
        folded: Whether it is shown only on a click, however short.
    """

    rank: int
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    intro: str = ""
    folded: bool = False

    @property
    def closed(self) -> bool:
        """Whether a click is needed to see it."""
        return self.folded or len(self.rows) > ALWAYS_OPEN
