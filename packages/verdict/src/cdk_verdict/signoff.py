"""Sign-offs: somebody agrees to exactly one observation, by the digest of its content.

A file is a list::

    - digest: 5f1c...
      stages: [TapPipeline/Prod]
      reason: The table moved to the new account on 2031-02-03; see the runbook's page on moving data.

A sign-off is valid until every stage that it names runs the content; then it is stale, and an error. A delivery that a
newer one supersedes does not break it, because its stages do not run the content yet.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from cdk_verdict.errors import VerdictError
from cdk_verdict.gates.owners import Owners
from cdk_verdict.model import Observation, Outcome, Verdict, verdict_of

FILE: Final = "signed-off.yaml"
"""Where a repository keeps its sign-offs."""
SHORTEST: Final = 20
"""Characters of a reason. Fewer than that say that someone agreed, and not why."""
FIELDS: Final = frozenset({"digest", "stages", "reason"})
REPOSITORY: Final = ""
"""The stage of observations about files."""


@dataclass(frozen=True, kw_only=True)
class SignOff:
    """An agreement to one observation.

    Attributes:
        digest: :attr:`Observation.digest`.
        stages: The paths of the stages that the content goes to; empty for a change to the repository alone.
        file: The path of the file that holds it.
    """

    digest: str
    stages: tuple[str, ...]
    reason: str
    file: str


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A verdict after its sign-offs.

    Attributes:
        verdict: What is left.
        signed: What was agreed to, with the agreement.
        stale: Agreements whose content every stage runs; they must be removed.
        unowned: Agreements to stopped changes in a file that nobody has to approve; they settle nothing.
    """

    verdict: Verdict
    signed: tuple[tuple[Observation, SignOff], ...] = ()
    stale: tuple[SignOff, ...] = ()
    unowned: tuple[SignOff, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The outcome of what is left; stopped if a sign-off is stale."""
        return Outcome.STOPPED if self.stale else self.verdict.outcome


def read_signoffs(text: str | bytes, *, file: str) -> tuple[SignOff, ...]:
    """Return the sign-offs in the YAML ``text`` of ``file``. Raises :class:`VerdictError`, which names the entry."""
    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VerdictError(f"{file}: not YAML ({' '.join(str(error).split())}); mend the file") from None
    if document is None:
        return ()
    if not isinstance(document, list):
        raise VerdictError(f"{file}: not a list; write one entry for each sign-off")
    found = tuple(_signoff(entry, file, number) for number, entry in enumerate(document, 1))
    digests = [each.digest for each in found]
    twice = next((digest for digest in digests if digests.count(digest) > 1), None)
    if twice is not None:
        raise VerdictError(f"{file}: {twice} is signed off twice; keep one entry")
    return found


def _signoff(entry: Any, file: str, number: int) -> SignOff:
    where = f"{file}: entry {number}"
    if not isinstance(entry, Mapping) or set(entry) != FIELDS:
        raise VerdictError(f"{where}: not an object with {', '.join(sorted(FIELDS))}; mend it")
    digest, stages, reason = entry["digest"], entry["stages"], entry["reason"]
    if not isinstance(digest, str) or not isinstance(stages, list) or not all(isinstance(each, str) for each in stages):
        raise VerdictError(f"{where}: digest is a text and stages a list of texts; copy both from the report")
    if not isinstance(reason, str) or len(reason.strip()) < SHORTEST:
        raise VerdictError(f"{where}: reason is shorter than {SHORTEST} characters; say why the change is right")
    return SignOff(digest=digest, stages=tuple(stages), reason=reason.strip(), file=file)


def settle(
    verdict: Verdict,
    signoffs: Iterable[SignOff],
    *,
    owners: Owners,
    pending: Mapping[str, Collection[str]] | None = None,
) -> Settled:
    """Return what is left of ``verdict`` after ``signoffs``.

    Args:
        verdict: The verdict on the change.
        signoffs: Those of head.
        owners: The code owners of *base*: what head says of its own owners protects nothing.
        pending: For each stage, the digests of what head still changes there, judged from what the stage runs. Without
            a stage in it, nothing tells what that stage runs, and no sign-off for it is stale.
    """
    entries = tuple(signoffs)
    by_digest: dict[str, list[SignOff]] = {}
    for each in entries:
        by_digest.setdefault(each.digest, []).append(each)
    left, signed, unowned = [], [], []
    for observation in verdict.observations:
        found = [
            each
            for each in by_digest.get(observation.digest, ())
            if observation.stage == REPOSITORY or observation.stage in each.stages
        ]
        owned = [each for each in found if observation.severity is not Outcome.STOPPED or owners.of(each.file)]
        if owned:
            signed.append((observation, owned[0]))
        else:
            left.append(observation)
            unowned += found
    current = {each.digest for each in verdict.observations}
    return Settled(
        verdict=verdict_of(left),
        signed=tuple(signed),
        stale=tuple(each for each in entries if each.digest not in current and _is_delivered(each, pending)),
        unowned=tuple(dict.fromkeys(unowned)),
    )


def _is_delivered(each: SignOff, pending: Mapping[str, Collection[str]] | None) -> bool:
    """Whether every stage that ``each`` names is known to run its content. The repository runs what is merged."""
    if pending is None:
        return False
    return all(stage in pending and each.digest not in pending[stage] for stage in each.stages)
