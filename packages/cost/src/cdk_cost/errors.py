"""The error of the cost report."""


class CostError(Exception):
    """A cost can't be told. The message is one line that says what is missing and where to add it."""
