"""The line of a log that names a failure: which test, which resource, or which error."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

RANKS = (
    # Names what failed and why: pytest's short summary, a stack's event, the CDK CLI, a compiler.
    (
        r"^(?:FAILED|ERROR) \S+(?:::| - )",
        r"^\w+_FAILED  (?!.*[Cc]ancelled)",
        r"^(?:❌|✖) ",
        r"^\[Error at /",
        r"\berror TS\d+:",
    ),
    # Names what failed: other test runners.
    (
        r"^--- FAIL: ",
        r"^\s*● .+ \u203a ",
        r"^\s*[✕✗\u00d7] ",
        r"^not ok \d",
        r"^\s*FAIL\s+\S+\.\w+",
        r"^FAIL: |^ERROR: test",
    ),
    # Reports what was wrong: an assertion, the last line of a traceback, npm, a compiler.
    (
        r"^E\s+\S",
        r"^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception)\b(?::|$)",
        r"^npm (?:ERR!|error) (?!code |path |command |signal |\s*/)\S",
        r"^\S+:\d+(?::\d+)?: (?:error|fatal)\b",
    ),
    (r"^(?:[\w/.-]+: )?(?i:fatal |uncaught )?(?i:error)\b ?[:!\[]", r"\bAssertionError\b", r"^(?i:fatal): "),
    # Counts failures.
    (r"\b[1-9]\d* (?:errors?|failed|failures?)\b",),
    # Mentions one.
    (r"(?i:\b(?:error|failed|failure|denied|not authorized|traceback)\b)", r"[✗✘❌]", r"\w+_FAILED\b"),
)
RANKED = tuple(re.compile("|".join(patterns)) for patterns in RANKS)
NOISE = re.compile(
    r"^\[Container\]|\b(?:0|no) (?:errors?|failed|failures?)\b|^npm (?:ERR!|error) (?:code |A complete log|errno )"
    r"|^Subprocess exited with error",
    re.IGNORECASE,
)
"""Lines that mention a failure without naming it, such as CodeBuild's own about a phase."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The failing line: its index in the part of the log, and its rank, of which 0 names a failure best."""

    index: int
    rank: int


def rank(text: str) -> int | None:
    """Return how well a line names a failure, from 0, the best; None for a line that names none."""
    if NOISE.search(text):
        return None
    return next((place for place, pattern in enumerate(RANKED) if pattern.search(text)), None)


def failing_line(ranks: Iterable[int | None]) -> Failure | None:
    """Return the first of the best lines, or None."""
    ranked = [Failure(index=index, rank=found) for index, found in enumerate(ranks) if found is not None]
    return min(ranked, key=lambda each: each.rank, default=None)
