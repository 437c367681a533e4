"""What a change does to resources that hold data: deletes, orphans, or replaces them, or weakens what retains them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_assembly import Assembly, Resource, Stack
from cdk_verdict.model import Kind, Observation, Outcome, shown
from cdk_verdict.pairs import Both, Pair, pairs
from cdk_verdict.replacing import Replacement, replacements
from cdk_verdict.retention import DELETION, RANKS, REPLACEMENT, is_disposable, policy, retaining_stages
from cdk_verdict.stateful import STATEFUL, STATELESS

EMPTIES: Final = "Custom::S3AutoDeleteObjects"
"""The CDK's custom resource that empties a bucket when its stack is deleted."""
_FATE: Final = {
    "Delete": "is deleted with its data",
    "Snapshot": "is deleted after a final snapshot",
    "Retain": "is left behind, outside of any stack",
    "RetainExceptOnCreate": "is left behind, outside of any stack",
    "": "is deleted or left behind, which the template does not tell",
}
TAKE_BACK: Final = "Revert the change, or move the data first and sign the change off."


def losses(base: Assembly, head: Assembly) -> Iterator[Observation]:
    """Yield what head does to base's data."""
    stages = retaining_stages(base.stacks.values())
    for pair in pairs(base, head):
        before = pair.before
        if before is not None:
            judge = _Judge(pair=pair, before=before, retains=before.stage in stages, accounts=base.accounts)
            yield from judge.observations()
        elif pair.after is not None and pair.after.account not in base.accounts:
            yield _newcomer(pair.after)


@dataclass(frozen=True, kw_only=True)
class _Judge:
    pair: Pair
    before: Stack
    retains: bool
    accounts: frozenset[str]

    def observations(self) -> Iterator[Observation]:
        if self.pair.after is None:
            yield from self._whole(f"stack {self.before.path} is removed from the app; {self.before.name} is orphaned")
            return
        if self.pair.moved:
            yield from self._moved(self.pair.after)
            return
        if self.before.termination_protection and not self.pair.after.termination_protection:
            yield self._observe(
                Kind.RETENTION,
                Outcome.STOPPED if self.retains or self._stateful(self.before) else Outcome.NEEDS_LOOK,
                f"Stack {self.before.name} loses its termination protection",
                "Keep termination protection on.",
                meaning="deletion-protected",
                location="terminationProtection",
                before="true",
                after="false",
            )
        replaced = replacements(self.pair)
        for each in self.pair.resources:
            yield from self._resource(each, replaced)

    def _resource(self, each: Both, replaced: Mapping[str, Replacement]) -> Iterator[Observation]:
        before, after = each.before, each.after
        if before is None:
            if after is not None and after.type == EMPTIES:
                yield from self._emptied(each)
            return
        if after is None:
            yield from self._removed(each, before)
            return
        id_ = before.logical_id
        if id_ in replaced:
            yield from self._replaced_by(each, before, replaced[id_])
        yield from self._conditional(each, before, after)
        yield from self._policies(each, before, after)

    def _removed(self, each: Both, before: Resource) -> Iterator[Observation]:
        outcome = self._outcome(before, DELETION)
        if outcome is None:
            return
        kind = Kind.LOSS if before.type in STATEFUL else Kind.UNKNOWN
        successor = self._successor(before)
        fate = _FATE[policy(before, DELETION)]
        if kind is Kind.UNKNOWN:
            sentence = f"{_named(each)} is removed, and whether a {before.type} holds data is not known"
        elif successor is not None:
            sentence = (
                f"{_named(each)} gets the logical ID {successor.logical_id}: CloudFormation creates a new, empty one, "
                f"and the old one {fate}"
            )
        else:
            sentence = f"{_named(each)} is removed from its stack and {fate}"
        yield self._observe(
            kind,
            outcome,
            sentence,
            f"Keep the logical ID {before.logical_id} (overrideLogicalId). {TAKE_BACK}" if successor else TAKE_BACK,
            each=each,
            meaning="data",
            before=before.logical_id,
            after=successor.logical_id if successor else None,
        )

    def _replaced_by(self, each: Both, before: Resource, found: Replacement) -> Iterator[Observation]:
        outcome = self._outcome(before, REPLACEMENT)
        if outcome is None or (before.type in STATELESS):
            return
        certain = found.certain and before.type in STATEFUL
        fate = _FATE[policy(before, REPLACEMENT)]
        verb = "is replaced" if found.certain else "may be replaced"
        holds = "by a new, empty one" if before.type in STATEFUL else "and whether it holds data is not known"
        old, new = each.properties
        yield self._observe(
            Kind.LOSS if before.type in STATEFUL else Kind.UNKNOWN,
            outcome if certain or before.type in STATEFUL else Outcome.NEEDS_LOOK,
            f"{_named(each)} {verb} {holds} because of {', '.join(found.because)}; the old one {fate}",
            TAKE_BACK,
            each=each,
            meaning="data",
            location=", ".join(found.because),
            before=shown({name: old.get(name.partition(".")[0]) for name in found.because}),
            after=shown({name: new.get(name.partition(".")[0]) for name in found.because}),
        )

    def _conditional(self, each: Both, before: Resource, after: Resource) -> Iterator[Observation]:
        was, is_ = before.body.get("Condition"), after.body.get("Condition")
        old, new = each.changed
        if was == is_ and f"Conditions {is_}" not in {*old, *new}:
            return
        if is_ is None or before.type not in STATEFUL:
            return
        yield self._observe(
            Kind.LOSS,
            Outcome.NEEDS_LOOK,
            f"{_named(each)} now depends on condition {is_}; where it is false, the resource leaves the stack",
            TAKE_BACK,
            each=each,
            meaning="data",
            location="Condition",
            before=shown([was, old.get(f"Conditions {was}")]),
            after=shown([is_, new.get(f"Conditions {is_}")]),
        )

    def _policies(self, each: Both, before: Resource, after: Resource) -> Iterator[Observation]:
        if before.type in STATELESS or after.type in STATELESS:
            return
        for attribute in (DELETION, REPLACEMENT):
            was, is_ = policy(before, attribute), policy(after, attribute)
            if before.body.get(attribute) == after.body.get(attribute):
                continue
            unknown = not was or not is_
            if not unknown and RANKS[is_] >= RANKS[was]:
                continue
            yield self._observe(
                Kind.RETENTION,
                Outcome.NEEDS_LOOK if unknown or before.type not in STATEFUL else Outcome.STOPPED,
                f"{attribute} of {_named(each)} goes from {was or 'an expression'} to {is_ or 'an expression'}",
                f"Set {attribute} back to {was or 'its value'}.",
                each=each,
                meaning="retained",
                location=attribute,
                before=shown(before.body.get(attribute)),
                after=shown(after.body.get(attribute)),
            )

    def _emptied(self, each: Both) -> Iterator[Observation]:
        bucket = each.properties[1].get("BucketName")
        name = bucket.get("Ref", "") if isinstance(bucket, Mapping) else ""
        if name in self.before.resources:
            yield self._observe(
                Kind.RETENTION,
                Outcome.STOPPED if self.retains else Outcome.NEEDS_LOOK,
                f"Bucket {self.before.resources[name].path} is emptied when it is deleted",
                "Remove auto_delete_objects.",
                each=each,
                meaning="retained",
                after="auto-delete",
            )

    def _moved(self, after: Stack) -> Iterator[Observation]:
        was, is_ = _place(self.before), _place(after)
        what = [name for name in was if was[name] != is_[name]]
        changes = " and ".join(f"{name} from {was[name]} to {is_[name]}" for name in what)
        yield from self._whole(
            f"stack {self.before.path} changes its {changes}: a new stack is created and the old one is orphaned",
            before=was,
            after=is_,
            foreign=after.account not in self.accounts,
        )

    def _whole(
        self, what: str, *, before: Any = None, after: Any = None, foreign: bool = False
    ) -> Iterator[Observation]:
        """One observation for the stack: everything in it that holds data is lost in the same way."""
        held = self._stateful(self.before)
        unknown = [each for each in self.before.resources.values() if each.type not in STATEFUL | STATELESS]
        stop = held and (self.retains or not all(is_disposable(each) for each in held))
        listed = ", ".join(each.path for each in held[:MOST]) + (f" and {len(held) - MOST} more" if held[MOST:] else "")
        rest = f"; data is in {listed}" if held else f"; {len(unknown)} of its types may hold data" if unknown else ""
        yield self._observe(
            Kind.LOSS if held else Kind.UNKNOWN,
            Outcome.STOPPED if stop or foreign else Outcome.NEEDS_LOOK,
            f"{what[0].upper()}{what[1:]}{rest}",
            TAKE_BACK,
            meaning="data",
            before=shown(before or _place(self.before)),
            after=shown(after),
        )

    def _stateful(self, stack: Stack) -> list[Resource]:
        return [each for each in stack.resources.values() if each.type in STATEFUL]

    def _outcome(self, before: Resource, attribute: str) -> Outcome | None:
        """How bad it is to lose ``before``; None if nothing is lost with it."""
        if before.type in STATELESS:
            return None
        if before.type not in STATEFUL:
            return Outcome.NEEDS_LOOK
        disposable = is_disposable(before, attribute) and not self.retains
        return Outcome.NEEDS_LOOK if disposable else Outcome.STOPPED

    def _successor(self, before: Resource) -> Resource | None:
        """The new resource of the same type that takes the place of ``before``, if there is one that looks like it."""
        assert self.pair.after is not None  # noqa: S101 - only asked about stacks that remain
        new = [
            each
            for id_, each in self.pair.after.resources.items()
            if each.type == before.type and id_ not in self.before.resources
        ]
        same = (each for each in new if each.path == before.path or each.properties == before.properties)
        return next(same, new[0] if len(new) == 1 else None)

    def _observe(  # noqa: PLR0913 - the fields of an observation
        self,
        kind: Kind,
        severity: Outcome,
        sentence: str,
        todo: str,
        *,
        each: Both | None = None,
        meaning: str,
        location: str = "",
        before: str | None = None,
        after: str | None = None,
    ) -> Observation:
        return Observation(
            kind=kind,
            severity=severity,
            stage=self.before.stage,
            stack=self.before.path,
            subject=each.subject if each else None,
            sentence=f"{sentence}.",
            before=before,
            after=after,
            todo=todo,
            meaning=meaning,
            location=location,
        )


def _newcomer(stack: Stack) -> Observation:
    """A new stack in an account that the app did not use: from now on, the account counts as the app's own."""
    return Observation(
        kind=Kind.ACCESS,
        severity=Outcome.NEEDS_LOOK,
        stage=stack.stage,
        stack=stack.path,
        sentence=f"Stack {stack.path} is deployed to account {stack.account}, which the app did not use.",
        todo="Make sure that the account is yours, and sign the change off.",
        after=stack.account,
        meaning="account",
    )


MOST: Final = 3
"""How many resources a sentence names."""


def _named(each: Both) -> str:
    resource = each.before or each.resource
    return f"{resource.path} ({resource.type})"


def _place(stack: Stack) -> dict[str, str]:
    return {"account": stack.account, "Region": stack.region, "name": stack.name}
