"""The one error of this package."""


class AssemblyError(Exception):
    """An assembly cannot be read. The message is one line: where, what is wrong, and what to do."""
