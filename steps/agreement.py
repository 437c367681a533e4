"""Which losses of a change set somebody has signed off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cdk_assembly import Assembly, Stack
from cdk_verdict import Kind, Loss, Observation, Outcome, verdict_of
from cdk_verdict.gates.owners import PLACES, read_owners
from cdk_verdict.losses import losses
from cdk_verdict.signoff import FILE, read_signoffs, settle

Templates = tuple[Mapping[str, Any], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A loss of a change set.

    Attributes:
        loss: What the change set does.
        name: The resource's construct path, or its logical ID, with its type and physical ID.
        digests: What a sign-off has to agree to: what the report has for the resource if templates show the loss,
            otherwise the change set's own.
        reason: The sign-off's; None if nobody has agreed.
        unowned: Whether it is signed off in a file that no code owner has to approve, which agrees to nothing.
    """

    loss: Loss
    name: str
    digests: tuple[str, ...]
    reason: str | None
    unowned: bool


def judged(found: Iterable[Loss], *, templates: Templates, stage: str, root: Path = Path()) -> tuple[Judged, ...]:
    """Return the losses ``found`` with what the sign-off file in ``root`` says of them.

    Args:
        found: What the change set loses.
        templates: The stack's template, as deployed and as the change set has it.
        stage: The path of the CDK stage.
        root: The delivered commit's files. Whoever owns the sign-off file there has approved it.

    Raises :class:`~cdk_verdict.VerdictError` if the sign-off file cannot be read.
    """
    file = root / FILE
    signoffs = read_signoffs(file.read_bytes() if file.is_file() else b"", file=FILE)
    owners = read_owners({each: (root / each).read_bytes() for each in PLACES if (root / each).is_file()})
    before, after = (_stack(template, stage) for template in templates)
    shown = tuple(losses(_assembly(before), _assembly(after)))
    answers = []
    for loss in found:
        resource = before.resources.get(loss.logical_id) or after.resources.get(loss.logical_id)
        path = resource.path if resource else None
        observations = _of(loss, shown) or (loss.observation(stage=stage, stack=before.path, path=path),)
        settled = settle(verdict_of(observations), signoffs, owners=owners)
        reasons = dict.fromkeys(each.reason for _, each in settled.signed)
        answers.append(
            Judged(
                loss=loss,
                name=f"{path or loss.logical_id} ({loss.type} {loss.physical_id})",
                digests=tuple(each.digest for each in observations),
                reason=None if settled.verdict.observations else " ".join(reasons),
                unowned=bool(settled.unowned),
            )
        )
    return tuple(answers)


def _of(loss: Loss, shown: Iterable[Observation]) -> tuple[Observation, ...]:
    """What templates show of a loss. It stops the change set, even where the template calls the data disposable."""
    return tuple(
        replace(each, severity=Outcome.STOPPED)
        for each in shown
        if each.kind is Kind.LOSS and each.subject is not None and each.subject.logical_id == loss.logical_id
    )


def _stack(template: Mapping[str, Any], stage: str) -> Stack:
    """The stack of ``template``. Its path is the part of its constructs' paths below the stage's."""
    unnamed = Stack(path=stage, name="", stage=stage, account="", region="", file="", template=template)
    below = (each.path.removeprefix(f"{stage}/").partition("/")[0] for each in unnamed.resources.values())
    name = next((each for each in below if each not in unnamed.resources), None)
    return replace(unnamed, path=f"{stage}/{name}" if name else stage)


def _assembly(stack: Stack) -> Assembly:
    return Assembly(folder=Path(), stacks={stack.path: stack})
