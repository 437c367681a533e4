"""Which permissions and openings a change adds: statements, principals, managed policies, security-group rules.

The engine says which statements are on one side alone. A statement that was there in another form is taken apart here
into (principal, action, resource), and what the other side already allowed is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from cdk_review.comparing.engine import Comparison, Difference, Rule, Rules, Statement, Targets
from cdk_review.comparing.pairs import Pair
from cdk_review.comparing.values import construct_names
from cdk_review.model.security import Access, AccessKind

EVERYONE: Final = frozenset({"*", "AWS:*"})
ANYWHERE: Final = "Everyone"
"""How the engine begins the words for 0.0.0.0/0 and ::/0."""
_REFERENCE: Final = re.compile(r"\$\{([A-Za-z0-9]+)((?:\.[A-Za-z0-9.]+)?)\}")


@dataclass(frozen=True, kw_only=True)
class _Grant:
    principal: str
    action: str
    resource: str
    condition: str | None

    def covers(self, other: "_Grant") -> bool:
        """Whether whoever has this has ``other`` as well."""
        return (
            self.principal in {other.principal, *EVERYONE}
            and _matches(self.action.lower(), other.action.lower())
            and _matches(self.resource, other.resource)
            and self.condition in {None, other.condition}
        )


@dataclass(frozen=True, kw_only=True)
class _Broader:
    who: str
    what: tuple[str, ...]
    on: tuple[str, ...]
    condition: str | None


def compare_access(found: Iterable[Pair], comparison: Comparison) -> tuple[Access, ...]:
    """What may be done or reached after the change and not before it."""
    access: list[Access] = []
    for pair in found:
        difference = comparison.differences.get(pair.stack.address)
        if difference is not None:
            names = construct_names(pair.both)
            access += (_named(entry, names) for entry in _stack_access(pair, difference))
    return tuple(access)


def _stack_access(pair: Pair, difference: Difference) -> Iterator[Access]:
    stage, stack = pair.stack.stage, pair.stack.address
    added, removed = difference.statements.added, difference.statements.removed
    # A denial that goes opens what it closed, so the sides are swapped.
    statements: tuple[tuple[AccessKind, Iterator[_Broader]], ...] = (
        ("allows", _broader(added, removed, effect="Allow")),
        ("denies no longer", _broader(removed, added, effect="Deny")),
    )
    for kind, broader in statements:
        for item in broader:
            yield Access(
                stage=stage,
                stack=stack,
                kind=kind,
                who=(item.who,),
                what=item.what,
                on=item.on,
                condition=item.condition,
                everyone=item.who in EVERYONE and kind == "allows",
            )
    for statement in added:
        if statement.unparsed is not None:
            yield Access(stage=stage, stack=stack, kind="unknown", who=(stack,), what=(statement.unparsed,))
    for attachment in difference.attachments.added:
        yield Access(stage=stage, stack=stack, kind="attaches", who=(attachment.identity,), what=(attachment.policy,))
    openings: tuple[tuple[AccessKind, Rules], ...] = (("lets in", difference.ingress), ("lets out", difference.egress))
    for kind, rules in openings:
        for rule in _new_rules(rules.added, rules.removed):
            yield Access(
                stage=stage,
                stack=stack,
                kind=kind,
                who=(rule.peer,),
                what=(rule.protocol,),
                on=(rule.group,),
                everyone=rule.peer.startswith(ANYWHERE),
            )


def _broader(wide: Iterable[Statement], narrow: Iterable[Statement], *, effect: str) -> Iterator[_Broader]:
    """What the ``wide`` statements say that no ``narrow`` one does, put together again by principal and actions."""
    known = {grant for statement in narrow if statement.effect == effect for grant in _grants(statement)}
    patterns = [grant for grant in known if _is_pattern(grant)]
    for statement in wide:
        if statement.effect != effect:
            continue
        actions: dict[tuple[str, str], list[str]] = {}
        for grant in _grants(statement):
            if grant not in known and not any(pattern.covers(grant) for pattern in patterns):
                actions.setdefault((grant.principal, grant.resource), []).append(grant.action)
        resources: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for (principal, resource), names in actions.items():
            resources.setdefault((principal, tuple(names)), []).append(resource)
        for (principal, what), on in resources.items():
            yield _Broader(who=principal, what=what, on=tuple(on), condition=statement.condition)


def _is_pattern(grant: _Grant) -> bool:
    """Whether it can cover another grant than itself."""
    return grant.condition is None or grant.principal in EVERYONE or "*" in grant.action or "*" in grant.resource


def _grants(statement: Statement) -> Iterator[_Grant]:
    for principal in _values(statement.principals):
        for action in _values(statement.actions):
            for resource in _values(statement.resources):
                yield _Grant(principal=principal, action=action, resource=resource, condition=statement.condition)


def _values(targets: Targets) -> tuple[str, ...]:
    if targets.excluded:
        return (f"everything but {', '.join(targets.values)}",)
    return targets.values or ("",)


def _matches(pattern: str, value: str) -> bool:
    # Policies know the wildcards * and ? and no sets, whose opening bracket fnmatch would read.
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def _new_rules(added: Iterable[Rule], removed: Iterable[Rule]) -> Iterator[Rule]:
    known = set(removed)
    yield from (rule for rule in added if rule not in known)


def _named(access: Access, names: Mapping[str, str]) -> Access:
    """Write construct paths for logical ids."""

    def named(text: str) -> str:
        return _REFERENCE.sub(lambda found: f"${{{names.get(found[1], found[1])}{found[2]}}}", text)

    return access.model_copy(
        update={
            "who": tuple(named(text) for text in access.who),
            "what": tuple(named(text) for text in access.what),
            "on": tuple(named(text) for text in access.on),
            "condition": None if access.condition is None else named(access.condition),
        }
    )
