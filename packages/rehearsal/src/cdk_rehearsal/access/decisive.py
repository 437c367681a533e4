"""The actions without which CloudFormation cannot work on a resource of a type.

The registry schemas that cfn-lint carries list the IAM actions of each type's handlers: all that any property may need.
The decisive ones among them (for ``AWS::S3::Bucket``, ``s3:CreateBucket``) are needed always: a role that may do none
of them would certainly fail in AWS. Asking for all that is listed would refuse roles that work.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from cdk_rehearsal.registry import schema

SIDE_ACTIONS = frozenset({"ec2:CreateTags", "ec2:DeleteTags"})
READING = ("Describe", "Get", "List")
# The verbs that IAM actions use for an operation, the most telling first.
VERBS = {
    "create": ("Create", "Allocate", "Authorize", "Associate", "Attach", "Run", "Register", "Request", "Put"),
    "update": (),
    "delete": ("Delete", "Release", "Revoke", "Disassociate", "Detach", "Schedule", "Deregister", "Terminate"),
}
TAGGING_VERBS = ("Tag", "AddTags", "CreateTags", "Put")
NEEDS_NOTHING = frozenset({"AWS::CDK::Metadata"})
INVOKE = ("lambda:InvokeFunction",)
# Properties that hand a role to a service: type, property, and the service principal that gets it.
PASSED_ROLES = {
    "AWS::Backup::BackupSelection": ("BackupSelection.IamRoleArn", "backup.amazonaws.com"),
    "AWS::CodeBuild::Project": ("ServiceRole", "codebuild.amazonaws.com"),
    "AWS::CodePipeline::Pipeline": ("RoleArn", "codepipeline.amazonaws.com"),
    "AWS::EC2::FlowLog": ("DeliverLogsPermissionArn", "vpc-flow-logs.amazonaws.com"),
    "AWS::Lambda::Function": ("Role", "lambda.amazonaws.com"),
    "AWS::RDS::DBInstance": ("MonitoringRoleArn", "monitoring.rds.amazonaws.com"),
}


def passed_role(resource_type: str, properties: Mapping[str, Any]) -> tuple[Any, str]:
    """Return the role that a resource hands to a service, and the service's principal; None where it hands none."""
    path, service = PASSED_ROLES.get(resource_type, ("", ""))
    found: Any = properties
    for name in path.split("."):
        found = found.get(name, {})
    return found or None, service


@cache
def decisive_actions(resource_type: str, verb: str) -> Sequence[str]:
    """Return the actions of which a role needs at least one; none for a type without a schema."""
    if resource_type.startswith("Custom::"):
        return INVOKE
    listed = schema(resource_type).get("handlers", {}).get(verb, {}).get("permissions", [])
    return tuple(most_telling(resource_type, listed, VERBS[verb]))


def listed_actions(resource_type: str) -> frozenset[str]:
    """Return all that CloudFormation may ever need for a resource of a type: what any of its handlers lists.

    For a type without handlers that is not known: :func:`whole_service`.
    """
    if resource_type.startswith("Custom::"):
        return frozenset(INVOKE)
    if whole := whole_service(resource_type):
        return frozenset(whole)
    handlers = [handler.get("permissions", []) for handler in schema(resource_type).get("handlers", {}).values()]
    return frozenset(action for listed in (*handlers, tagging_actions(resource_type)) for action in listed)


def whole_service(resource_type: str) -> Sequence[str]:
    """Return ``codebuild:*`` for ``AWS::CodeBuild::Project``, whose needs nobody lists; nothing for others."""
    custom = resource_type.startswith("Custom::")
    if custom or resource_type in NEEDS_NOTHING or "handlers" in schema(resource_type):
        return ()
    return (f"{resource_type.split('::')[1].lower()}:*",)


def tagging_actions(resource_type: str) -> Sequence[str]:
    """Return the actions of which a role needs at least one to tag a resource; none where the schema names none."""
    listed = schema(resource_type).get("tagging", {}).get("permissions", [])
    return tuple(action for action in listed if _verb_of(action).startswith(TAGGING_VERBS))


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
