"""Who a statement is about."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdk_assembly import parse_arn

ACCOUNT: Final = re.compile(r"\d{12}")


@dataclass(frozen=True, kw_only=True, order=True)
class Principal:
    """One principal: everyone, an account with everyone in it, an identity, a service, or a federated provider."""

    kind: str
    name: str

    @property
    def account(self) -> str:
        """The account that it belongs to; empty if it names none."""
        arn = parse_arn(self.name)
        return arn.account if arn else ""

    @property
    def is_everyone(self) -> bool:
        """Whether it is anybody, however that is spelled. IAM knows ``*`` alone; no other spelling is narrow."""
        return "*" in self.name or "?" in self.name

    @property
    def is_account(self) -> bool:
        """Whether it is an account with everyone whom the account lets."""
        arn = parse_arn(self.name)
        return arn is not None and arn.resource == "root"

    def covers(self, other: "Principal") -> bool:
        """Whether a statement about this one is about ``other`` as well."""
        if self == other or self.is_everyone:
            return True
        return self.is_account and other.kind == "AWS" and self.account == other.account

    def is_outside(self, accounts: Collection[str]) -> bool:
        """Whether it is, or may be, somebody outside of ``accounts``. AWS services are not."""
        if self.is_everyone or self.kind in {"Federated", "CanonicalUser"}:
            return True
        return bool(self.account) and self.account not in accounts

    def __str__(self) -> str:
        """Return the principal for people."""
        if self.is_everyone:
            return "everyone" if self.name == "*" else f"everyone ({self.name})"
        return self.name


EVERYONE: Final = Principal(kind="AWS", name="*")
STRANGER: Final = Principal(kind="AWS", name="arn:aws:iam::000000000000:user/somebody-else")
"""Stands for everyone whom no policy names."""
SELF: Final = Principal(kind="Self", name="")
"""The identity that an identity policy is attached to."""


def parse_principals(document: Any, render: Callable[[Any], str]) -> frozenset[Principal] | None:
    """Return whom a ``Principal`` or ``NotPrincipal`` names; None if it cannot be read."""
    if isinstance(document, str):
        return frozenset({EVERYONE if document == "*" else _principal("AWS", document)})
    if not isinstance(document, Mapping) or not document:
        return None
    found: set[Principal] = set()
    for kind, names in document.items():
        if kind not in {"AWS", "Service", "Federated", "CanonicalUser"}:
            return None
        listed: Iterable[Any] = names if isinstance(names, list) else [names]
        found.update(_principal(kind, render(name)) for name in listed)
    return frozenset(found)


def _principal(kind: str, name: str) -> Principal:
    """Accounts are written the same way, and whoever is anybody is an AWS principal."""
    if "*" in name or "?" in name:
        return EVERYONE if name == "*" else Principal(kind=kind, name=name)
    if kind == "AWS" and ACCOUNT.fullmatch(name):
        return Principal(kind=kind, name=f"arn:aws:iam::{name}:root")
    return Principal(kind=kind, name=name)
