"""``python -m steps.guard``: reject a change set that deletes or replaces data, before it is executed.

A pull request's report makes the same judgment from templates alone. The guard sees what CloudFormation is about to do
in the account, and accepts the sign-offs of the report: they name the same content by the same digest.
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError

from cdk_assembly import parse_arn
from cdk_verdict import VerdictError, change_set_losses
from cdk_verdict.signoff import FILE
from steps.agreement import Judged, judged
from steps.roles import client_under

SETTLED = frozenset(
    {
        "CREATE_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""The states of a stack that no operation is changing ("Stack status codes", CloudFormation User Guide)."""


@click.command()
@click.option("--role", required=True, envvar="LOOKUP_ROLE_ARN", show_envvar=True, help="The bootstrap's lookup role.")
@click.option("--stack", required=True, envvar="STACK_NAME", show_envvar=True, help="The stack's name.")
@click.option(
    "--change-set", required=True, envvar="CHANGE_SET_NAME", show_envvar=True, help="The change set to judge."
)
@click.option(
    "--stage", required=True, envvar="STAGE_ADDRESS", show_envvar=True, help="The stage, as sign-offs name it."
)
@click.option("--region", required=True, envvar="STAGE_REGION", show_envvar=True, help="The stack's Region.")
def main(role: str, stack: str, change_set: str, stage: str, region: str) -> None:
    """Exit with 1 if a change set loses data without a sign-off, and with 2 if that cannot be decided."""
    arn = parse_arn(role)
    if arn is None:
        raise click.BadParameter(f"{role!r} is not an ARN; name the lookup role's", param_hint="--role")
    where = f"{stack} in {arn.account} {region}"
    try:
        only = _reading(f"arn:{arn.partition}:cloudformation:{region}:{arn.account}:stack/{stack}/*")
        client = client_under(role, service="cloudformation", region=region, session="guard-stage", only=only)
        losses = change_set_losses(_changes(client, stack, change_set))
        found = judged(losses, templates=_templates(client, stack, change_set) if losses else ({}, {}), stage=stage)
    except (BotoCoreError, ClientError, VerdictError) as error:
        click.echo(f"{where}: can't tell what {change_set} takes away: {error}", err=True)
        sys.exit(2)
    for each in found:
        if each.reason is not None:
            click.echo(f"{each.name} {each.loss.what}; signed off: {each.reason}")
    stopped = [each for each in found if each.reason is None]
    for each in stopped:
        click.echo(f"{where}: {each.name} {each.loss.what}. Nothing was executed. {_todo(each, stage)}", err=True)
    if stopped:
        sys.exit(1)
    click.echo(f"{where}: {change_set} takes no data away that was not signed off")


def _todo(each: Judged, stage: str) -> str:
    if each.unowned:
        return f"It is signed off in {FILE}, which no code owner has to approve; name one in .github/CODEOWNERS."
    entries = " and ".join(f"{{digest: {digest}, stages: [{stage}], reason: ...}}" for digest in each.digests)
    return f"Revert the change, or agree to it in {FILE} with {entries}, and push."


def _reading(resource: str) -> Mapping[str, Any]:
    """The session policy: a lookup role could read much more than the step needs."""
    actions = ["cloudformation:DescribeChangeSet", "cloudformation:DescribeStacks", "cloudformation:GetTemplate"]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]}


def _changes(client: Any, stack: str, change_set: str) -> Iterable[Mapping[str, Any]]:
    """Return the changes of the change set. A settled stack without one does not change.

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


def _templates(client: Any, stack: str, change_set: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The stack's template as it is deployed, and as the change set has it."""
    was = client.get_template(StackName=stack, TemplateStage="Original")["TemplateBody"]
    will_be = client.get_template(StackName=stack, ChangeSetName=change_set, TemplateStage="Original")["TemplateBody"]
    if not (isinstance(was, Mapping) and isinstance(will_be, Mapping)):
        raise VerdictError(f"{stack}: its template is not JSON; deploy it from a synthesized template")
    return was, will_be


if __name__ == "__main__":
    main()
