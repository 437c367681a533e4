"""Records who asked IAM for what: every call to an emulated API, with what the evaluator made of it.

``GET /_rehearsal/access`` answers the records; they survive a restart. Calls with an account's own credentials are not
recorded, and neither is what AWS never denies (``sts:GetCallerIdentity``): no policy is needed for them.
"""

from contextvars import ContextVar
from typing import Any

from ministack.core import iam_evaluator

from cdk_rehearsal.access.records import ALLOWED, DENIED, FORBIDDEN, RECORDS
from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions.condition_keys import role_of_session

ROUTE = "access"

_enforce = iam_evaluator.enforce
_evaluate = iam_evaluator.evaluate
_evaluated: ContextVar[list[Any] | None] = ContextVar("evaluated", default=None)


def install(_config: EmulatorConfig) -> None:
    """Listen where MiniStack decides."""
    iam_evaluator.enforce = enforce
    iam_evaluator.evaluate = evaluate
    hooks.persist("access_records", save=RECORDS.save, load=RECORDS.load)
    hooks.add_route(ROUTE, lambda _request: RECORDS.save(), method="GET")


def enforce(*arguments: Any, **named: Any) -> Any:
    """Decide as MiniStack does, and note what was decided about whom.

    Only the evaluation knows the principal, and only the end of it whether a resource's own policy changed the answer.
    """
    contexts: list[Any] = []
    token = _evaluated.set(contexts)
    try:
        denied = _enforce(*arguments, **named)
    finally:
        _evaluated.reset(token)
    for context in contexts[:1]:
        RECORDS.note(principal(context), context.action, context.resource_arn, outcome(denied))
    return denied


def evaluate(context: Any, *policies: Any) -> Any:
    """Evaluate as MiniStack does, and leave the context for whoever enforces."""
    contexts = _evaluated.get()
    if contexts is not None:
        contexts.append(context)
    return _evaluate(context, *policies)


def principal(context: Any) -> str:
    """Return the ARN of the role behind a session, or of the user itself."""
    if context.principal_type == "AssumedRole":
        return role_of_session(context.principal_arn)
    return str(context.principal_arn)


def outcome(denied: Any) -> str:
    """Return the word for what ``enforce`` answers."""
    if denied is None:
        return ALLOWED
    return FORBIDDEN if getattr(denied, "decision", "") == "Deny" else DENIED
