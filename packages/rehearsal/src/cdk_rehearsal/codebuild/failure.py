"""What a phase does when it fails: the value of ``on-failure``."""

import re
from dataclasses import dataclass
from typing import Literal

Action = Literal["ABORT", "CONTINUE", "RETRY"]

DEFAULT_RETRIES = 3
MOST_RETRIES = 100
ALLOWED = "ABORT, CONTINUE, RETRY, RETRY-<0 to 100>, RETRY-<regex> and RETRY-<0 to 100>-<regex>"
COUNTED = re.compile(r"(?P<retries>\d+)(?:-(?P<pattern>.+))?", re.DOTALL)


@dataclass(frozen=True)
class OnFailure:
    """The action, how often a phase is tried again, and which error messages are worth it."""

    action: Action
    retries: int = 0
    pattern: re.Pattern[str] = re.compile(".*")

    def retries_after(self, message: str) -> bool:
        """Say whether an error message is one to try again after."""
        return self.pattern.search(message) is not None


def parse_on_failure(value: str) -> OnFailure:
    """Read an ``on-failure`` value.

    The forms, the default of three retries and the range of counts are those of "phases/*/on-failure" in AWS's
    `buildspec reference <https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html>`_.

    Raises:
        ValueError: it has none of the documented forms; the message names them.
    """
    if value in {"ABORT", "CONTINUE"}:
        return OnFailure("ABORT" if value == "ABORT" else "CONTINUE")
    action, _, rest = value.partition("-")
    if action.upper() != "RETRY" or (not rest and value != action):
        raise ValueError(f"{value!r} is not allowed; {ALLOWED} are")
    counted = COUNTED.fullmatch(rest)
    retries = int(counted["retries"]) if counted else DEFAULT_RETRIES
    pattern = (counted["pattern"] if counted else rest) or ".*"
    if retries > MOST_RETRIES:
        raise ValueError(f"{value!r} asks for {retries} retries; 0 to {MOST_RETRIES} are allowed")
    try:
        return OnFailure("RETRY", retries, re.compile(pattern, re.DOTALL))
    except re.error as error:
        raise ValueError(f"{value!r} holds a malformed regular expression: {error}") from error
