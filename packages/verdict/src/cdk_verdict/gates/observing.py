"""Observations about files."""

from cdk_verdict.model import Kind, Observation, Outcome

REVIEWED = "Revert the change, or sign it off in a file that the base branch's CODEOWNERS protects."


def observe(
    severity: Outcome,
    path: str,
    sentence: str,
    *,
    meaning: str,
    before: str | None = None,
    after: str | None = None,
    todo: str = REVIEWED,
) -> Observation:
    """Return an observation about the file ``path``."""
    return Observation(
        kind=Kind.GATE,
        severity=severity,
        sentence=f"{path}: {sentence}.",
        todo=todo,
        before=before,
        after=after,
        meaning=meaning,
        location=path,
    )


def stopped(
    path: str, sentence: str, *, meaning: str, before: str | None = None, after: str | None = None
) -> Observation:
    """Return an observation that stops the change."""
    return observe(Outcome.STOPPED, path, sentence, meaning=meaning, before=before, after=after)


def look(path: str, sentence: str, *, meaning: str, before: str | None = None, after: str | None = None) -> Observation:
    """Return an observation that needs a look."""
    return observe(Outcome.NEEDS_LOOK, path, sentence, meaning=meaning, before=before, after=after)
