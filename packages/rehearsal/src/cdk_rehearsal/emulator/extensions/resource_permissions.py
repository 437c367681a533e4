"""Refuses what a stack's role may not do to a resource of a type, as far as that can be told.

A role whose policies allow none of the decisive actions (:mod:`cdk_rehearsal.access.decisive`) on any ARN that the
resource can have (:mod:`cdk_rehearsal.access.targets`) would certainly fail on AWS, and fails here. IDs that a service
generates are not known beforehand: a role that allows an action only on other IDs passes here and may fail on AWS.
"""
# ruff: noqa: SLF001 - MiniStack's evaluator has no public door

from collections.abc import Sequence
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from cdk_assembly import account_of
from cdk_rehearsal.access.decisive import decisive_actions, passed_role, whole_service
from cdk_rehearsal.access.records import ALLOWED, DENIED, RECORDS
from cdk_rehearsal.access.targets import Place, overlap, targets
from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.wiring.operations import ResourceOperation

Statements = list[Any]


def require_permission(role: str, operation: ResourceOperation) -> None:
    """Raise a ``PermissionError`` that names the action when a role cannot do what a stack asks of it."""
    layers = _policy_layers(role)
    wanted = decisive_actions(operation.resource_type, operation.verb)
    allowed = [action for action in wanted if _allowed_on(layers, action, _targets(action, operation))]
    refused = bool(wanted) and not allowed
    for action in allowed or wanted[:1] or whole_service(operation.resource_type):
        RECORDS.note(role, action, operation.resource_type, DENIED if refused else ALLOWED)
    if refused:
        _refuse(role, wanted[0])
    handed, service = passed_role(operation.resource_type, operation.properties)
    if not handed or operation.verb == "delete":
        return
    passes = may(role, "iam:PassRole", str(handed), **{"iam:passedtoservice": service})
    RECORDS.note(role, "iam:PassRole", str(handed), ALLOWED if passes else DENIED)
    if not passes:
        _refuse(role, f"iam:PassRole on resource: {handed}")


def _policy_layers(role: str) -> list[Statements]:
    """Return a role's own statements, and those of a permissions boundary, which must allow as well."""
    account, name = account_of(role), role.rsplit("/", 1)[-1]
    own = iam_evaluator._gather_role_policies(name, account)
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
    return [[statement for document in layer for statement in document] for layer in (own, *limits)]


def _targets(action: str, operation: ResourceOperation) -> Sequence[str]:
    place = Place(stack=operation.stack, account=hooks.account(), region=hooks.region())
    return targets(
        action,
        kind=operation.resource_type,
        logical_id=operation.logical_id,
        properties=operation.properties,
        place=place,
    )


def _allowed_on(layers: Sequence[Statements], action: str, on: Sequence[str]) -> bool:
    def says(layer: Statements, effect: str) -> Statements:
        return [
            statement
            for statement in layer
            if statement.effect == effect
            and iam_evaluator._action_matches(action, statement.actions, statement.not_actions)
        ]

    denied = any(s.resources == ["*"] and not s.conditions for layer in layers for s in says(layer, "Deny"))
    return not denied and all(any(_reaches(s, on) for s in says(layer, "Allow")) for layer in layers)


def _reaches(statement: Any, on: Sequence[str]) -> bool:
    return not on or any(overlap(pattern, target) for pattern in statement.resources or ["*"] for target in on)


def may(role: str, action: str, resource: str, **context_keys: str) -> bool:
    """Whether a role's policies, and its permissions boundary, allow an action on a resource."""
    context = iam_evaluator.EvalContext(
        principal_arn=_session(role),
        principal_type="AssumedRole",
        principal_account=account_of(role),
        action=action,
        resource_arn=resource,
        region=hooks.region(),
        service_context=context_keys,
    )
    own, *limits = ([layer] for layer in _policy_layers(role))
    return bool(iam_evaluator.evaluate(context, own, *limits).decision == "Allow")


def _session(role: str) -> str:
    return f"arn:aws:sts::{role.split(':')[4]}:assumed-role/{role.rsplit('/', 1)[-1]}/AWSCloudFormation"


def _refuse(role: str, action: str) -> None:
    raise PermissionError(f"User: {_session(role)} is not authorized to perform: {action}")
