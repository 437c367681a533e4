"""The one error of a check."""


class CheckFailedError(Exception):
    """A check failed. The message says what was tried and what came back.

    It is written to the log, so it holds codes and names alone: what a service says in words may quote a request,
    and with it a key or a token.
    """
