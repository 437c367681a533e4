"""Whether policies allow a request, as IAM decides it ("Policy evaluation logic", IAM User Guide).

Only what the policies of this repository use is understood. Anything else raises: what can't be decided is not allowed.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.synthesis import as_list

Statement = Mapping[str, Any]
KNOWN = {"Sid", "Effect", "Action", "Resource", "Principal", "Condition"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """One call: ``context`` holds the condition keys that AWS sets for it, by lower-case name."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    principal: str | None = None


def allows(statements: Iterable[Statement], request: Request) -> bool:
    """Return whether a statement allows ``request``, and none denies it."""
    applying = [statement["Effect"] for statement in statements if _applies(statement, request)]
    return "Allow" in applying and "Deny" not in applying


def _applies(statement: Statement, request: Request) -> bool:
    unknown = statement.keys() - KNOWN
    if unknown:
        raise ValueError(f"{statement.get('Sid', statement)}: {', '.join(sorted(unknown))} is not understood")
    return (
        any(like(pattern.lower(), request.action.lower()) for pattern in as_list(statement["Action"]))
        and any(like(pattern, request.resource) for pattern in as_list(statement["Resource"]))
        and _is_principal(statement.get("Principal"), request.principal)
        and all(_holds(operator, keys, request.context) for operator, keys in statement.get("Condition", {}).items())
    )


def _is_principal(named: Any, principal: str | None) -> bool:
    if named is None or named in ("*", {"AWS": "*"}):
        return True
    return principal in [each for kind in named.values() for each in as_list(kind)]


def _holds(operator: str, keys: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    name, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
    if name not in ("ArnEquals", "ArnLike", "Bool", "StringEquals", "StringLike"):
        raise ValueError(f"the condition operator {operator} is not understood")
    wild = name in ("ArnEquals", "ArnLike", "StringLike")
    for key, values in keys.items():
        found = context.get(key.lower())
        if found is None:
            if not optional:
                return False
        elif not any(like(str(value), found) if wild else str(value) == found for value in as_list(values)):
            return False
    return True


def like(pattern: str, text: str) -> bool:
    """Return whether ``text`` matches ``pattern``, in which ``*`` and ``?`` are wild."""
    return bool(_compiled(pattern).fullmatch(text))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
