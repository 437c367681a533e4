"""What goes wrong in a review."""


class ReviewError(Exception):
    """The report can't be made. The message is one line: what, where, and how to mend it."""
