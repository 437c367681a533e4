"""What a role needs to make, change or delete a resource of a type, as far as that can be told.

The registry schemas that cfn-lint carries list the IAM actions of each type's handlers: all that any property may need.
The decisive ones among them (for ``AWS::S3::Bucket``, ``s3:CreateBucket``) are needed always, so a role whose policies
allow none of them on any resource would certainly fail in AWS, and fails here. Which resource an action meets is not
known beforehand, so a role that allows it on the wrong one passes here and may fail in AWS.
"""
# ruff: noqa: SLF001 - MiniStack's evaluator has no public door

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from rehearsal.emulator import hooks
from rehearsal.emulator.wiring.operations import ResourceOperation

SCHEMA_REGION = "us-east-1"
SIDE_ACTIONS = frozenset({"ec2:CreateTags", "ec2:DeleteTags"})
READING = ("Describe", "Get", "List")
# The verbs that IAM actions use for an operation, the most telling first.
VERBS = {
    "create": ("Create", "Allocate", "Authorize", "Associate", "Attach", "Run", "Register", "Request", "Put"),
    "update": (),
    "delete": ("Delete", "Release", "Revoke", "Disassociate", "Detach", "Schedule", "Deregister", "Terminate"),
}
INVOKE = ("lambda:InvokeFunction",)
# Properties that hand a role to a service: type, property, and the service principal that gets it.
PASSED_ROLES = {
    "AWS::CodeBuild::Project": ("ServiceRole", "codebuild.amazonaws.com"),
    "AWS::CodePipeline::Pipeline": ("RoleArn", "codepipeline.amazonaws.com"),
    "AWS::EC2::FlowLog": ("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    "AWS::Lambda::Function": ("Role", "lambda.amazonaws.com"),
    "AWS::RDS::DBInstance": ("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),
}

Statements = list[Any]


def require_permission(role: str, operation: ResourceOperation) -> None:
    """Raise a ``PermissionError`` that names the action when a role cannot do what a stack asks of it."""
    layers = _policy_layers(role)
    wanted = decisive_actions(operation.resource_type, operation.verb)
    if wanted and not any(_allowed_somewhere(layers, action) for action in wanted):
        _refuse(role, wanted[0])
    passed, service = PASSED_ROLES.get(operation.resource_type, ("", ""))
    handed = operation.properties.get(passed) if operation.verb != "delete" else None
    if handed and not _may_pass(role, layers, str(handed), service):
        _refuse(role, f"iam:PassRole on resource: {handed}")


@cache
def decisive_actions(resource_type: str, verb: str) -> Sequence[str]:
    """Return the actions of which a role needs at least one; none for a type without a schema."""
    if resource_type.startswith("Custom::"):
        return INVOKE
    # Half a second, which only a stack with a role has to pay, and only once.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError  # noqa: PLC0415

    try:
        schema: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(SCHEMA_REGION, resource_type).schema
    except ResourceNotFoundError:
        return ()
    listed = schema.get("handlers", {}).get(verb, {}).get("permissions", [])
    return tuple(most_telling(resource_type, listed, VERBS[verb]))


def most_telling(resource_type: str, permissions: Sequence[str], verbs: Sequence[str]) -> list[str]:
    """Return those of the service's own changing actions that share the most telling verb present."""
    own = [action for action in permissions if action not in SIDE_ACTIONS and not _verb_of(action).startswith(READING)]
    service = resource_type.split("::")[1].lower()
    names = Counter(action.split(":")[0] for action in own)
    if service not in names and names:
        service = names.most_common(1)[0][0]
    own = [action for action in own if action.startswith(f"{service}:")]
    for verb in verbs:
        found = [action for action in own if _verb_of(action).startswith(verb)]
        if found:
            return found
    return own


def _verb_of(action: str) -> str:
    return action.split(":")[1]


def _policy_layers(role: str) -> list[Statements]:
    """Return a role's own statements, and those of a permissions boundary, which must allow as well."""
    account, name = role.split(":")[4], role.rsplit("/", 1)[-1]
    own = iam_evaluator._gather_role_policies(name, account)
    limits = iam_evaluator._permissions_boundary(iam._roles, name, account)
    return [[statement for document in layer for statement in document] for layer in (own, *limits)]


def _allowed_somewhere(layers: Sequence[Statements], action: str) -> bool:
    def says(layer: Statements, effect: str) -> Statements:
        return [
            statement
            for statement in layer
            if statement.effect == effect
            and iam_evaluator._action_matches(action, statement.actions, statement.not_actions)
        ]

    denied = any(s.resources == ["*"] and not s.conditions for layer in layers for s in says(layer, "Deny"))
    return not denied and all(says(layer, "Allow") for layer in layers)


def _may_pass(role: str, layers: Sequence[Statements], handed: str, service: str) -> bool:
    context = iam_evaluator.EvalContext(
        principal_arn=_session(role),
        principal_type="AssumedRole",
        principal_account=role.split(":")[4],
        action="iam:PassRole",
        resource_arn=handed,
        region=hooks.region(),
        service_context={"iam:passedtoservice": service},
    )
    own, *limits = ([layer] for layer in layers)
    return bool(iam_evaluator.evaluate(context, own, *limits).decision == "Allow")


def _session(role: str) -> str:
    return f"arn:aws:sts::{role.split(':')[4]}:assumed-role/{role.rsplit('/', 1)[-1]}/AWSCloudFormation"


def _refuse(role: str, action: str) -> None:
    raise PermissionError(f"User: {_session(role)} is not authorized to perform: {action}")
