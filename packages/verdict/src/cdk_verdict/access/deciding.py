"""Decides exactly whether one set of policies grants anything that another did not.

Every request that the policies can tell apart has a representative: a principal, an action, and a resource. Both sides
are evaluated on each. Conditions are compared where they are equal or known to be narrower; otherwise head "may be"
wider, which is never taken for narrower.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal

from cdk_verdict.access.conditions import Condition, implies
from cdk_verdict.access.patterns import Patterns, UndecidedError, may_meet
from cdk_verdict.access.principals import SELF, STRANGER, Principal
from cdk_verdict.access.statements import Parsed, Statement, Unreadable
from cdk_verdict.access.text import has_token

NO_CONDITION: Condition = frozenset()
MOST_REQUESTS: Final = 200_000
"""Requests that one statement is about. More take seconds."""


@dataclass(frozen=True, kw_only=True)
class Policies:
    """The policies that decide together about requests.

    Attributes:
        statements: Those that grant and deny.
        boundary: Those of the permissions boundary, which grants nothing but limits; None if there is none.
    """

    statements: tuple[Parsed, ...] = ()
    boundary: tuple[Parsed, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Growth:
    """A request that head allows and base did not, or that head no longer denies.

    Attributes:
        kind: ``allows``, ``may allow`` (only conditions differ), ``denies no longer``, or ``unreadable``.
        condition: Under which head allows it.
        statement: The statement of head that allows it, or of base that denied it.
    """

    kind: Literal["allows", "may allow", "denies no longer", "unreadable"]
    principal: Principal = SELF
    action: str = ""
    resource: str = ""
    condition: Condition = NO_CONDITION
    statement: Parsed


def growth(base: Policies, head: Policies, *, exact: bool = False) -> Iterator[Growth]:
    """Yield what ``head`` grants and ``base`` did not: one request for each statement and principal.

    With ``exact``, an expression in an exception of ``base`` stands for itself alone; otherwise it may turn out to be
    any text, so that a literal in head is not taken for another one.

    Raises :class:`~cdk_verdict.access.patterns.UndecidedError` if the patterns are too many to tell apart.
    """
    yield from _unreadable(base, head)
    base, head = _comparable(base, head)
    if _obviously_narrower(base, head):
        return
    requests = _Requests(statements=(*_read(base.statements), *_read(head.statements), *_limits(base), *_limits(head)))
    decision = _Decision(base=base, head=head, requests=requests, exact=exact)
    yield from _first(decision.granted())
    yield from _first(decision.released())


def _first(found: Iterable[Growth]) -> Iterator[Growth]:
    """One request for each statement, principal, and kind; the request with the most telling words."""
    best: dict[tuple[Parsed, Principal, str], Growth] = {}
    for each in found:
        key = (each.statement, each.principal, each.kind)
        if key not in best or _rank(each) < _rank(best[key]):
            best[key] = each
    yield from best.values()


def _rank(each: Growth) -> tuple[bool, bool, int, str]:
    """Requests that people recognize first: an action of a service, on a resource with an ARN."""
    return (
        not each.action.partition(":")[0] or each.action.endswith(":"),
        not each.resource,
        len(each.action) + len(each.resource),
        each.action,
    )


def _unreadable(base: Policies, head: Policies) -> Iterator[Growth]:
    for mine, its in ((base.statements, head.statements), (base.boundary or (), head.boundary or ())):
        known = set(mine)
        left = set(its)
        for statement in (*its, *mine):
            if isinstance(statement, Unreadable) and not (statement in known and statement in left):
                yield Growth(kind="unreadable", statement=statement)
    known = set(base.statements)
    for statement in head.statements:
        if isinstance(statement, Statement) and statement.wild and statement.allows and statement not in known:
            yield Growth(kind="unreadable", statement=statement)


def _obviously_narrower(base: Policies, head: Policies) -> bool:
    """Whether head has no other grant than base, and every denial and the boundary of base."""
    grants = {each for each in _read(head.statements) if each.allows} <= set(_read(base.statements))
    return grants and _denials(base) <= _denials(head) and base.boundary in {None, head.boundary}


def _denials(policies: Policies) -> set[Statement]:
    return {each for each in (*_read(policies.statements), *_limits(policies)) if not each.allows}


def _comparable(base: Policies, head: Policies) -> tuple[Policies, Policies]:
    """Leave out boundaries whose content is not in the templates.

    Equal ones limit both sides in the same way, one of base alone may have allowed nothing, and one of head alone may
    limit nothing.
    """
    if base.boundary == head.boundary and _opaque(base):
        return replace(base, boundary=None), replace(head, boundary=None)
    return (
        replace(base, boundary=()) if _opaque(base) else base,
        replace(head, boundary=None) if _opaque(head) else head,
    )


def _opaque(policies: Policies) -> bool:
    return any(isinstance(each, Unreadable) for each in policies.boundary or ())


def _read(statements: Iterable[Parsed]) -> tuple[Statement, ...]:
    return tuple(each for each in statements if isinstance(each, Statement))


def _limits(policies: Policies) -> tuple[Statement, ...]:
    return _read(policies.boundary or ())


@dataclass(frozen=True, kw_only=True)
class _Requests:
    """The representatives of all requests that ``statements`` can tell apart."""

    statements: tuple[Statement, ...]

    @cached_property
    def actions(self) -> Mapping[str, frozenset[str]]:
        """An action for each class, with the patterns that match it. An action has a service and a name."""
        patterns = Patterns(["*:*", *(pattern for each in self.statements for pattern in each.actions)])
        return {word: found for found, word in patterns.representatives.items() if "*:*" in found}

    @cached_property
    def resources(self) -> Mapping[str, frozenset[str]]:
        """A resource for each class, likewise."""
        patterns = Patterns([pattern for each in self.statements for pattern in each.resources] or ["*"])
        return {word: found for found, word in patterns.representatives.items()}

    @cached_property
    def principals(self) -> tuple[Principal, ...]:
        """Everyone who is named, an unnamed member of each account, and a stranger."""
        named = {each for statement in self.statements for each in statement.principals}
        if named == {SELF}:
            return (SELF,)
        return (*sorted(named), STRANGER)


@dataclass(frozen=True, kw_only=True)
class _Decision:
    base: Policies
    head: Policies
    requests: _Requests
    exact: bool

    def granted(self) -> Iterator[Growth]:
        """What head allows and base did not."""
        new = [each for each in _read(self.head.statements) if each.allows]
        if _denials(self.base) <= _denials(self.head) and self.base.boundary in {None, self.head.boundary}:
            known = set(_read(self.base.statements))  # which grant what they granted
            new = [each for each in new if each not in known]
        for statement, principal, action, resource in self._matched(new):
            request = _Request(
                principal=principal,
                action=self.requests.actions[action],
                resource=self.requests.resources[resource],
                text=(action, resource),
                exact=self.exact,
            )
            if _certainly_denied(self.head, request, statement.condition):
                continue
            for condition in _with_limits(statement.condition, self.head, request):
                verdict = _covered(self.base, self.head, request, condition)
                if verdict != "covered":
                    yield Growth(
                        kind="allows" if verdict == "new" else "may allow",
                        principal=principal,
                        action=action,
                        resource=resource,
                        condition=condition,
                        statement=statement,
                    )

    def released(self) -> Iterator[Growth]:
        """What base denied whoever allows it, and head does not."""
        old = [each for each in _read(self.base.statements) if not each.allows]
        kept = {each for each in _read(self.head.statements) if not each.allows}
        for statement, principal, action, resource in self._matched([each for each in old if each not in kept]):
            request = _Request(
                principal=principal,
                action=self.requests.actions[action],
                resource=self.requests.resources[resource],
                text=(action, resource),
                exact=self.exact,
            )
            if not _certainly_denied(self.head, request, statement.condition):
                yield Growth(
                    kind="denies no longer",
                    principal=principal,
                    action=action,
                    resource=resource,
                    condition=statement.condition,
                    statement=statement,
                )

    def _matched(self, statements: Iterable[Statement]) -> Iterator[tuple[Statement, Principal, str, str]]:
        for statement in statements:
            actions = _matching(self.requests.actions, statement.actions, negated=statement.not_actions)
            resources = _matching(self.requests.resources, statement.resources, negated=statement.not_resources)
            if len(actions) * len(resources) * len(self.requests.principals) > MOST_REQUESTS:
                raise UndecidedError(f"more than {MOST_REQUESTS} requests to tell apart")
            for principal in self.requests.principals:
                if _about(statement, principal):
                    for action in actions:
                        for resource in resources:
                            yield statement, principal, action, resource


@dataclass(frozen=True, kw_only=True)
class _Request:
    principal: Principal
    action: frozenset[str]
    resource: frozenset[str]
    text: tuple[str, str]
    exact: bool


def _matching(words: Mapping[str, frozenset[str]], patterns: Collection[str], *, negated: bool) -> list[str]:
    return [word for word, found in words.items() if _in(patterns, found) != negated]


def _in(patterns: Collection[str], found: frozenset[str]) -> bool:
    return not found.isdisjoint(patterns)


def _about(statement: Statement, principal: Principal) -> bool:
    named = any(each.covers(principal) for each in statement.principals)
    return named != statement.not_principals


def _matches(statement: Statement, request: _Request) -> bool:
    """Whether ``statement`` is about ``request`` in every deployment in which its tokens differ."""
    return (
        _in(statement.actions, request.action) != statement.not_actions
        and _in(statement.resources, request.resource) != statement.not_resources
        and _about(statement, request.principal)
    )


def _may_exclude(statement: Statement, request: _Request) -> bool:
    """Whether ``statement`` of base, a denial, may be about ``request`` in some deployment."""
    if _matches(statement, request):
        return True
    action, resource = request.text
    texts = (*statement.resources, *statement.actions)
    if not (any(map(has_token, texts)) or has_token(action + resource) or _unsure(statement, request)):
        return False
    in_actions = any(may_meet(pattern, action) for pattern in statement.actions)
    in_resources = any(may_meet(pattern, resource) for pattern in statement.resources)
    return (
        (in_actions or statement.not_actions)
        and (in_resources or statement.not_resources)
        and (_about(statement, request.principal) or _unsure(statement, request))
    )


def _certainly_denied(policies: Policies, request: _Request, condition: Condition) -> bool:
    """Whether ``policies`` deny ``request`` whenever ``condition`` holds."""
    denials = (each for each in (*_read(policies.statements), *_limits(policies)) if not each.allows)
    return any(_matches(each, request) and implies(condition, each.condition) for each in denials)


def _with_limits(condition: Condition, policies: Policies, request: _Request) -> Iterator[Condition]:
    """The conditions under which ``policies`` allow ``request``: those of the statement and of the boundary."""
    if policies.boundary is None:
        yield condition
        return
    for limit in _limits(policies):
        if limit.allows and _matches(limit, request):
            yield condition | limit.condition


def _covered(
    base: Policies, head: Policies, request: _Request, condition: Condition
) -> Literal["covered", "perhaps", "new"]:
    """Whether ``base`` allowed ``request`` under ``condition``."""
    matching = [each for each in _read(base.statements) if each.allows and _must_match(each, request)]
    limits = [each for each in _limits(base) if each.allows and _must_match(each, request)]
    if not matching or (base.boundary is not None and not limits):
        return "new"
    allowed = any(implies(condition, each.condition) for each in matching)
    limited = base.boundary is None or any(implies(condition, each.condition) for each in limits)
    kept = {each for each in (*_read(head.statements), *_limits(head)) if not each.allows}
    for denial in (*_read(base.statements), *_limits(base)):
        if denial.allows or denial in kept or not _may_exclude(denial, request):
            continue
        if implies(condition, denial.condition):
            return "new"
        if not any(_matches(each, request) and implies(denial.condition, each.condition) for each in kept):
            return "perhaps"
    return "covered" if allowed and limited else "perhaps"


def _must_match(statement: Statement, request: _Request) -> bool:
    """Whether ``statement`` of base allowed ``request`` in every deployment: exceptions may be any text."""
    if not _matches(statement, request):
        return False
    if request.exact:
        return True
    if statement.not_principals and _unsure(statement, request):
        return False
    action, resource = request.text
    if statement.not_resources and any(
        has_token(each + resource) and may_meet(each, resource) for each in statement.resources
    ):
        return False
    return not (
        statement.not_actions and any(has_token(each + action) and may_meet(each, action) for each in statement.actions)
    )


def _unsure(statement: Statement, request: _Request) -> bool:
    """Whether only the deployment tells whether a principal of ``statement`` is that of ``request``."""
    return any(has_token(each.name) for each in (*statement.principals, request.principal))
