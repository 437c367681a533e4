"""``python -m steps.guard``: let a change set through that takes no data away, and stop any other before it executes.

A pull request's review sees the same, from templates alone and before it is known what stands in the account. This sees
what CloudFormation is about to do there.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from cdk_review.comparing.signing import FILE, read_entries
from cdk_review.errors import ReviewError
from steps.losses import Loss, losses
from steps.roles import client_under

PATH = "aws:cdk:path"
SETTLED = frozenset(
    {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""The states of a stack that nothing is being done to ("Stack status codes", CloudFormation User Guide)."""


@click.command()
@click.option(
    "--role", required=True, envvar="LOOKUP_ROLE_ARN", show_envvar=True, help="The bootstrap's role that may only read."
)
@click.option("--stack", required=True, envvar="STACK_NAME", show_envvar=True, help="The stack's name.")
@click.option(
    "--change-set", required=True, envvar="CHANGE_SET_NAME", show_envvar=True, help="The change set that waits."
)
@click.option(
    "--stage", required=True, envvar="STAGE_ADDRESS", show_envvar=True, help="The stage, as sign-offs name it."
)
@click.option("--region", required=True, envvar="STAGE_REGION", show_envvar=True, help="The stack's region.")
def main(role: str, stack: str, change_set: str, stage: str, region: str) -> None:
    """Exit with 1 where a change set would take data away that nobody agreed to lose, with 2 where it can't be told."""
    account = role.split(":")[4]
    try:
        agreed = {entry.resource: entry.reason for entry in read_entries(Path(FILE)) if entry.stage == stage}
        client = client_under(
            role, service="cloudformation", region=region, session="guard-stage", only=_reading(stack, role, region)
        )
        found = losses(_changes(client, stack, change_set))
        paths = _paths(client, stack, change_set) if found else {}
    except (BotoCoreError, ClientError, ReviewError) as error:
        click.echo(f"{stack} in {account} {region}: can't tell what {change_set} takes away: {error}", err=True)
        sys.exit(2)
    stopped = [loss for loss in found if paths.get(loss.logical_id) not in agreed]
    for loss in found:
        if loss not in stopped:
            click.echo(f"{_named(loss, paths)} {loss.what}; signed off: {agreed[paths[loss.logical_id]]}")
    for loss in stopped:
        click.echo(
            f"{stack} in {account} {region}: {_named(loss, paths)} {loss.what}. Nothing was executed. Take the change "
            f"back, or agree to it in {FILE} under stage {stage}, and push.",
            err=True,
        )
    if stopped:
        sys.exit(1)
    click.echo(f"{stack} in {account} {region}: {change_set} takes no data away that was not signed off")


def _reading(stack: str, role: str, region: str) -> Mapping[str, Any]:
    """What the step needs of a role that could read much more."""
    _, partition, _, _, account, _ = role.split(":", 5)
    actions = ["cloudformation:DescribeChangeSet", "cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    resource = f"arn:{partition}:cloudformation:{region}:{account}:stack/{stack}/*"
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}


def _changes(client: Any, stack: str, change_set: str) -> list[Mapping[str, Any]]:
    """Return what the change set does. Without one, a settled stack stays as it is.

    No document says that CodePipeline keeps a change set without changes. Its next action executes the change set by
    name, and fails if something is to be executed and none is there.
    """
    try:
        pages = client.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=change_set)
        return [change for page in pages for change in page["Changes"]]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ChangeSetNotFound" or not _is_settled(client, stack):
            raise
        return []


def _is_settled(client: Any, stack: str) -> bool:
    (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    return found["StackStatus"] in SETTLED


def _paths(client: Any, stack: str, change_set: str) -> Mapping[str, str]:
    """The construct behind each logical id: as it will be called, or as it was when it leaves the stack."""
    was = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    will_be = client.get_template(StackName=stack, ChangeSetName=change_set, TemplateStage="Original")["TemplateBody"]
    return {id_: path for template in (was, will_be) for id_, path in _metadata(template["Resources"].items())}


def _metadata(resources: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterable[tuple[str, str]]:
    return ((id_, found["Metadata"][PATH]) for id_, found in resources if PATH in found.get("Metadata", {}))


def _named(loss: Loss, paths: Mapping[str, str]) -> str:
    return f"{paths.get(loss.logical_id, loss.logical_id)} ({loss.type} {loss.physical_id})"


if __name__ == "__main__":
    main()
