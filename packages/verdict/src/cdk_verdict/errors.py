"""The one error of this package."""


class VerdictError(Exception):
    """Input that cannot be judged at all. The message is one line: where, what is wrong, and what to do."""
