"""The verdict on a change, as cdk_verdict has it, and what the sign-off file says of it."""

from collections.abc import Mapping
from pathlib import Path

from cdk_assembly import AssemblyError, read_assembly, read_findings
from cdk_review.errors import ReviewError
from cdk_review.model.deployment import Resource, Stage
from cdk_review.model.judged import Judged, Observation, SignOff
from cdk_verdict import Kind, Outcome, VerdictError, judge_assemblies
from cdk_verdict import Observation as Found
from cdk_verdict.gates.owners import read_owners
from cdk_verdict.gates.trees import Tree
from cdk_verdict.signoff import FILE, read_signoffs, settle

LOSES = frozenset({Kind.LOSS, Kind.RETENTION})


def judge_change(base: Path, head: Path, *, sign_offs: Path, trees: tuple[Tree, Tree] | None = None) -> Judged:
    """Return the verdict on the change from the assembly in ``base`` to the one in ``head``.

    ``sign_offs`` is the file of agreements. ``trees`` are the repository's files in base and head; without them, gates
    are not judged, and nobody owns the file, so that it settles nothing that is stopped.

    Raises :class:`~cdk_review.errors.ReviewError` if an assembly, the file, or the limits cannot be read.
    """
    old, new = trees or (None, None)
    try:
        before, after = read_assembly(base), read_assembly(head)
        packs = read_findings(head).packs
        entries = read_signoffs(sign_offs.read_bytes() if sign_offs.is_file() else b"", file=FILE)
        verdict = judge_assemblies(before, after, base_tree=old, head_tree=new)
    except (AssemblyError, VerdictError) as error:
        raise ReviewError(str(error)) from None
    settled = settle(verdict, entries, owners=read_owners(old or {}))
    reasons = {each.digest: entry.reason for each, entry in settled.signed}
    return Judged(
        packs=packs,
        observations=tuple(_observation(each, reasons.get(each.digest)) for each in verdict.observations),
        sign_offs=tuple(
            SignOff(
                digest=each.digest,
                stages=each.stages,
                reason=each.reason,
                stale=each in settled.stale,
                unowned=each in settled.unowned,
            )
            for each in entries
        ),
    )


def signed(stages: tuple[Stage, ...], observations: tuple[Observation, ...]) -> tuple[Stage, ...]:
    """Return ``stages`` with the reasons at the changes that lose data and are signed off, every loss of them."""
    reasons: dict[tuple[str, str], list[str | None]] = {}
    for each in observations:
        if each.kind in LOSES and each.resource is not None:
            reasons.setdefault((each.stage, each.resource), []).append(each.signed_off)

    def one(stage: Stage, resource: Resource) -> Resource:
        found = reasons.get((stage.address, resource.path), [None])
        texts = [reason for reason in found if reason is not None]
        if not resource.destructive or len(texts) < len(found):
            return resource
        return resource.model_copy(update={"signed_off": " ".join(dict.fromkeys(texts))})

    return tuple(
        stage.model_copy(update={"resources": tuple(one(stage, each) for each in stage.resources)}) for stage in stages
    )


SEVERITIES: Mapping[Outcome, str] = {Outcome.NEEDS_LOOK: "needs a look", Outcome.STOPPED: "stopped"}


def _observation(each: Found, reason: str | None) -> Observation:
    witness = each.witness
    parts = (witness.principal, witness.action, witness.resource, witness.condition) if witness else ()
    return Observation.model_validate(
        {
            "kind": each.kind.value,
            "severity": SEVERITIES[each.severity],
            "stage": each.stage,
            "stack": each.stack,
            "resource": each.subject.path if each.subject else None,
            "type": each.subject.type if each.subject else None,
            "sentence": each.sentence,
            "todo": each.todo,
            "meaning": each.meaning,
            "location": each.location,
            "before": each.before,
            "after": each.after,
            "witness": tuple(part for part in parts if part),
            "outside": each.outside,
            "digest": each.digest,
            "signed_off": reason,
        }
    )
