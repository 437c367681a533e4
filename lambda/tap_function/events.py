"""What the function is asked."""

from collections.abc import Sequence

CHECKS = ("bucket", "database")


class EventError(Exception):
    """The event is none that the function understands. The message is for the caller and says what is understood."""


def asked(event: object) -> Sequence[str]:
    """Return the names of the checks that ``event`` asks for: all of them, or those under its key ``checks``.

    Raises:
        EventError: It is something else than ``{}`` or ``{"checks": [...]}`` with names of checks.
    """
    if event == {}:
        return CHECKS
    if isinstance(event, dict) and event.keys() == {"checks"}:
        names = event["checks"]
        if isinstance(names, list) and names and all(name in CHECKS for name in names):
            return [name for name in CHECKS if name in names]
    raise EventError(f'send {{}} for every check, or {{"checks": [...]}} with some of {", ".join(CHECKS)}')
