"""What goes wrong on purpose: failures that a person can mend, said in one line."""


class RehearsalError(Exception):
    """A rehearsal cannot go on. The message is one line: what, where, what is allowed, how to mend it."""
