"""``python -m steps.adopt``: import into a new stack what a deleted one has retained.

By hand, under the caller's own credentials, after a stage whose data outlives its stack was deleted, or after its first
deployment failed and was rolled back. Its next delivery would fail otherwise: what it is about to create exists.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from cdk_verdict import STATEFUL
from steps.adoption import Adoption, CannotAdoptError, Stack, adoption

CHANGE_SET = "Adopt"
REMEMBERED = "CloudFormation remembers a deleted stack for 90 days"
POLLING = {"Delay": 2, "MaxAttempts": 600}
ROLLED_BACK = "ROLLBACK_COMPLETE"
"""The status of a stack whose first deployment failed: it has no resources, and can only be deleted."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """A stack that no longer has its resources.

    ``ids`` are their physical ids by logical id, ``kept`` are those that were retained, and ``status`` is the stack's.
    """

    template: Mapping[str, Any]
    ids: Mapping[str, str]
    kept: list[str]
    status: str


@click.command()
@click.option(
    "--stack", "name", required=True, envvar="STACK_NAME", show_envvar=True, help="The name that the deleted stack had."
)
@click.option("--region", required=True, envvar="STAGE_REGION", show_envvar=True, help="Its region.")
@click.option("--yes", is_flag=True, envvar="ADOPT", show_envvar=True, help="Import without asking.")
def main(name: str, region: str, *, yes: bool) -> None:
    """List what would be imported, ask, and import it."""
    try:
        account = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
        where = f"{name} in {account} {region}"
        client = boto3.client("cloudformation", region_name=region)
        past = _past(client, name, where)
        keys = _importable(client, past.template, past.kept)
        _require_data(past.template, past.kept, keys, where)
        stack = Stack(ids=past.ids, adopted=keys)
        plan = adoption(past.template, stack)
        _say(where, plan, stack, past.kept)
        if past.status == ROLLED_BACK:
            click.echo(
                f"Its first deployment failed: the stack ({ROLLED_BACK}) has no resources, and is deleted first."
            )
        if not yes:
            click.confirm(f"Import {len(keys)} resources into {where}?", abort=True, err=True)
        if past.status == ROLLED_BACK:
            client.delete_stack(StackName=name)
            client.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=POLLING)
        _import(client, name, plan, _to_import(plan, stack, keys))
    except CannotAdoptError as error:
        _fail(f"{error}. Nothing was changed.", code=2)
    except (BotoCoreError, ClientError) as error:
        _fail(f"{name} in {region}: {error}", code=1)
    click.echo(f"{where} holds {len(keys)} resources. Deliver to it: that adds what is missing and protects it again.")


def _past(client: Any, name: str, where: str) -> Past:
    """Return the newest stack called ``name`` that was deleted, or rolled back after its creation had failed."""
    pages = client.get_paginator("list_stacks").paginate()
    called = [each for page in pages for each in page["StackSummaries"] if each["StackName"] == name]
    for each in called:
        if each["StackStatus"] not in ("DELETE_COMPLETE", ROLLED_BACK):
            raise CannotAdoptError(f"{where} exists ({each['StackStatus']}); adopt when it is deleted")
    if not called:
        raise CannotAdoptError(f"{where} was never deleted, or too long ago: {REMEMBERED}")
    newest = max(called, key=lambda each: each["CreationTime"])
    id_ = newest["StackId"]
    template = client.get_template(StackName=id_, TemplateStage="Processed")["TemplateBody"]
    ids: dict[str, str] = {}
    last: dict[str, str] = {}
    pages = client.get_paginator("describe_stack_events").paginate(StackName=id_)
    for event in (each for page in pages for each in page["StackEvents"]):  # the newest first
        if event["LogicalResourceId"] not in template["Resources"]:
            continue
        last.setdefault(event["LogicalResourceId"], event["ResourceStatus"])
        if event.get("PhysicalResourceId"):  # none where the creation had not got that far
            ids.setdefault(event["LogicalResourceId"], event["PhysicalResourceId"])
    kept = sorted(id_ for id_ in ids if last[id_] == "DELETE_SKIPPED")
    return Past(template=template, ids=ids, kept=kept, status=newest["StackStatus"])


def _importable(client: Any, template: Mapping[str, Any], kept: Iterable[str]) -> Mapping[str, str]:
    """Return the property by which each of the ``kept`` resources is imported, without those that can't be."""
    body = {"Resources": {id_: {"Type": template["Resources"][id_]["Type"]} for id_ in kept}}
    summary = client.get_template_summary(TemplateBody=json.dumps(body))
    return {
        id_: each["ResourceIdentifiers"][0]
        for each in summary.get("ResourceIdentifierSummaries", [])
        if len(each["ResourceIdentifiers"]) == 1
        for id_ in each["LogicalResourceIds"]
    }


def _require_data(template: Mapping[str, Any], kept: list[str], keys: Mapping[str, str], where: str) -> None:
    if not kept:
        raise CannotAdoptError(f"{where} kept nothing")
    for id_ in kept:
        type_ = template["Resources"][id_]["Type"]
        if id_ not in keys and type_ in STATEFUL:
            raise CannotAdoptError(f"{id_} ({type_}) of {where} holds data, and CloudFormation can't import its type")


def _say(where: str, plan: Adoption, stack: Stack, kept: list[str]) -> None:
    click.echo(f"{where} kept:")
    for id_ in kept:
        does = "import" if id_ in stack.adopted else "leave "
        type_ = plan.template["Resources"][id_]["Type"] if id_ in stack.adopted else "no import of its type"
        click.echo(f"  {does}  {id_}  {type_}  {stack.ids[id_]}")
    for each in plan.left_out:
        click.echo(f"The next delivery sets {each.property} of {each.logical_id}, which {each.why}.")


def _to_import(plan: Adoption, stack: Stack, keys: Mapping[str, str]) -> list[Mapping[str, Any]]:
    return [
        {
            "ResourceType": plan.template["Resources"][id_]["Type"],
            "LogicalResourceId": id_,
            "ResourceIdentifier": {key: stack.ids[id_]},
        }
        for id_, key in keys.items()
    ]


def _import(client: Any, name: str, plan: Adoption, resources: list[Mapping[str, Any]]) -> None:
    """Import ``resources``; a proposal that CloudFormation refuses leaves nothing behind."""
    client.create_change_set(
        StackName=name,
        ChangeSetName=CHANGE_SET,
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(plan.template, separators=(",", ":")),
        Capabilities=["CAPABILITY_NAMED_IAM"],  # the role of AWS Backup is retained with its vault
        ResourcesToImport=resources,
    )
    try:
        client.get_waiter("change_set_create_complete").wait(
            StackName=name, ChangeSetName=CHANGE_SET, WaiterConfig=POLLING
        )
    except WaiterError as error:
        client.delete_stack(StackName=name)
        raise CannotAdoptError(f"{name}: {error.last_response.get('StatusReason', error)}") from error
    client.execute_change_set(StackName=name, ChangeSetName=CHANGE_SET)
    client.get_waiter("stack_import_complete").wait(StackName=name, WaiterConfig=POLLING)


def _fail(line: str, *, code: int) -> NoReturn:
    click.echo(line, err=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
