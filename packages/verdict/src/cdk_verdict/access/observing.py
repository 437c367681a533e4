"""What a change lets anybody do that base did not."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cdk_assembly import Assembly, Stack, parse_arn
from cdk_verdict.access.collecting import TRUST, Holder, holders
from cdk_verdict.access.conditions import written
from cdk_verdict.access.deciding import Growth, Policies, growth
from cdk_verdict.access.patterns import UndecidedError
from cdk_verdict.access.principals import SELF, STRANGER
from cdk_verdict.access.statements import Statement
from cdk_verdict.access.text import Texts
from cdk_verdict.model import Kind, Observation, Outcome, Subject, Witness
from cdk_verdict.pairs import Pair, pairs

ADMINISTRATORS: Final = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
"""AWS managed policies whose holder can give itself everything, or nearly."""
RESTRICT: Final = "Grant only the actions and resources that are used, or sign the change off."
ENDPOINT: Final = "AWS::EC2::VPCEndpoint"
NOTHING: Final = Policies()
Holders = Mapping[tuple[str, str], Holder]


def access(base: Assembly, head: Assembly) -> Iterator[Observation]:
    """Yield what head grants and base did not, each with a request as a witness."""
    accounts = base.accounts | head.accounts
    for pair in pairs(base, head):
        if pair.after is not None:
            yield from _Comparison(pair=pair, after=pair.after, texts=Texts(), accounts=accounts).observations()


@dataclass(frozen=True, kw_only=True)
class _Comparison:
    pair: Pair
    after: Stack
    texts: Texts
    accounts: Collection[str]

    def observations(self) -> Iterator[Observation]:
        before = self.pair.before
        old = holders(before, self.texts) if before else {}
        new = holders(self.after, self.texts)
        for key, holder in new.items():
            was = old.get(key) or _renamed(holder, old, new)
            yield from self._grown(holder, was)
            yield from self._attached(holder, was)
        for key, holder in old.items():
            # A policy that is gone grants nothing, yet it may have denied; its resource is still there.
            if key not in new and holder.part and key[0] in self.after.resources:
                yield from self._grown(Holder(resource=self.after.resources[key[0]], part=holder.part), holder)

    def _grown(self, holder: Holder, was: Holder | None) -> Iterator[Observation]:
        base = was.policies if was else NOTHING
        try:
            found = list(growth(base, holder.policies))
        except UndecidedError as error:
            yield self._observe(
                holder,
                Kind.UNKNOWN,
                Outcome.NEEDS_LOOK,
                f"What {_name(holder)} grants cannot be decided ({error})",
                "Use fewer or shorter wildcards.",
            )
            return
        if base.boundary is not None and holder.boundary is None and not holder.part:
            yield self._observe(
                holder,
                Kind.ACCESS,
                Outcome.STOPPED,
                f"{_name(holder)} loses its permissions boundary",
                "Keep the permissions boundary.",
            )
        for each in _worst(found):
            yield self._of(each, holder)

    def _of(self, each: Growth, holder: Holder) -> Observation:
        if each.kind == "unreadable":
            return self._observe(
                holder,
                Kind.UNKNOWN,
                Outcome.NEEDS_LOOK,
                f"{_name(holder)} has a statement whose meaning is known only at deployment",
                "Write the statement without parameters, imports, and conditions.",
                after=self.texts.readable(str(each.statement)),
            )
        who = self._who(each, holder)
        witness = Witness(
            principal=who,
            action=each.action,
            resource=self.texts.readable(each.resource) or "*",
            condition=self.texts.readable(written(each.condition)),
        )
        verb = {"allows": "can now", "may allow": "may now", "denies no longer": "is no longer denied to"}[each.kind]
        under = f" if {witness.condition}" if witness.condition else ""
        where = f" on {witness.resource}" if holder.part != TRUST else ""
        if _is_sweeping(each):
            where = f"{where}, and much more on any resource"
        outside = self._outside(each)
        return self._observe(
            holder,
            Kind.ACCESS,
            self._severity(each, holder, outside=outside),
            f"{who} {verb} {each.action}{where}{under} ({_name(holder)})",
            RESTRICT,
            witness=witness,
            outside=outside,
        )

    def _who(self, each: Growth, holder: Holder) -> str:
        if each.principal == SELF:
            return holder.resource.path
        if each.principal == STRANGER:
            return "everyone"
        return self.texts.readable(str(each.principal))

    def _outside(self, each: Growth) -> bool:
        """Whether somebody outside of the app's accounts gains something, or something outside is reached."""
        if each.principal == STRANGER or (each.principal != SELF and each.principal.is_outside(self.accounts)):
            return True
        arn = parse_arn(each.resource)
        return each.principal == SELF and arn is not None and arn.account.isdigit() and arn.account not in self.accounts

    def _severity(self, each: Growth, holder: Holder, *, outside: bool) -> Outcome:
        if holder.resource.type == ENDPOINT:
            return Outcome.NEEDS_LOOK  # its policy limits what passes, and grants nothing by itself
        if outside and each.principal != SELF and (each.kind != "may allow" or not each.condition):
            return Outcome.STOPPED
        if each.kind == "denies no longer" and holder.part:
            return Outcome.STOPPED
        return Outcome.STOPPED if _is_sweeping(each) else Outcome.NEEDS_LOOK

    def _attached(self, holder: Holder, was: Holder | None) -> Iterator[Observation]:
        for arn in sorted(holder.arns - (was.arns if was else set())):
            name = self.texts.readable(arn)
            sweeping = name.endswith(ADMINISTRATORS)
            yield self._observe(
                holder,
                Kind.ACCESS,
                Outcome.STOPPED if sweeping else Outcome.NEEDS_LOOK,
                f"{_name(holder)} gets the managed policy {name}",
                "Attach a policy with the actions and resources that are used.",
                after=name,
                witness=Witness(principal=holder.resource.path, action="*", resource="*") if sweeping else None,
            )

    def _observe(
        self,
        holder: Holder,
        kind: Kind,
        severity: Outcome,
        sentence: str,
        todo: str,
        *,
        after: str | None = None,
        witness: Witness | None = None,
        outside: bool = False,
    ) -> Observation:
        found = holder.resource
        return Observation(
            kind=kind,
            severity=severity,
            stage=self.after.stage,
            stack=self.after.path,
            subject=Subject(type=found.type, logical_id=found.logical_id, path=found.path),
            sentence=f"{sentence}.",
            after=after,
            todo=todo,
            meaning="access",
            location=holder.part,
            witness=witness,
            outside=outside,
        )


def _renamed(holder: Holder, old: Holders, new: Holders) -> Holder | None:
    """The holder of base that is gone, and that head has under another logical ID: of the same type and construct."""
    return next(
        (
            each
            for key, each in old.items()
            if key not in new
            and each.part == holder.part
            and each.resource.type == holder.resource.type
            and each.resource.path == holder.resource.path
        ),
        None,
    )


def _worst(found: Iterable[Growth]) -> Iterator[Growth]:
    """Leave out other principals of a statement that lets everyone in."""
    listed = list(found)
    public = {(each.statement, each.kind) for each in listed if each.principal == STRANGER}
    for each in listed:
        if each.principal == STRANGER or (each.statement, each.kind) not in public:
            yield each


def _is_sweeping(each: Growth) -> bool:
    """Whether head allows every action of a service, or every action, on every resource without a condition."""
    statement = each.statement
    return (
        isinstance(statement, Statement)
        and statement.allows
        and not statement.condition
        and (statement.not_actions or any(action.endswith(":*") or action == "*" for action in statement.actions))
        and (statement.not_resources or "*" in statement.resources)
        and each.principal == SELF
    )


def _name(holder: Holder) -> str:
    what = {"": "", TRUST: "the trust policy of "}.get(holder.part, f"{holder.part} of ")
    return f"{what}{holder.resource.path}"
