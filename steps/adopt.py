"""``python -m steps.adopt``: take over into a new stack what a deleted one has kept.

By hand, under the caller's own credentials, after a stage whose data outlives its stack was deleted. Its next delivery
would fail otherwise: what it is about to create is there already.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

import boto3
import click
from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from compliance.stateful import STATEFUL
from steps.adoption import Adoption, CannotAdoptError, Stack, adoption

CHANGE_SET = "Adopt"
REMEMBERED = "CloudFormation remembers a deleted stack for 90 days"
POLLING = {"Delay": 2, "MaxAttempts": 600}


@click.command()
@click.option(
    "--stack", "name", required=True, envvar="STACK_NAME", show_envvar=True, help="The name that the deleted stack had."
)
@click.option("--region", required=True, envvar="STAGE_REGION", show_envvar=True, help="Its region.")
@click.option("--yes", is_flag=True, envvar="ADOPT", show_envvar=True, help="Import without asking.")
def main(name: str, region: str, *, yes: bool) -> None:
    """Say what would be imported, ask, and import it."""
    try:
        account = boto3.client("sts", region_name=region).get_caller_identity()["Account"]
        where = f"{name} in {account} {region}"
        client = boto3.client("cloudformation", region_name=region)
        template, ids, kept = _deleted(client, name, where)
        keys = _importable(client, template, kept)
        _require_data(template, kept, keys, where)
        stack = Stack(ids=ids, adopted=keys)
        plan = adoption(template, stack)
        _say(where, plan, stack, kept)
        if not yes:
            click.confirm(f"Import {len(keys)} resources into {where}?", abort=True, err=True)
        _import(client, name, plan, _to_import(plan, stack, keys))
    except CannotAdoptError as error:
        _fail(f"{error}. Nothing was changed.", code=2)
    except (BotoCoreError, ClientError) as error:
        _fail(f"{name} in {region}: {error}", code=1)
    click.echo(f"{where} holds {len(keys)} resources. Deliver to it: that adds what is missing and protects it again.")


def _deleted(client: Any, name: str, where: str) -> tuple[Mapping[str, Any], Mapping[str, str], list[str]]:
    """Return the template of the newest deleted stack called ``name``, its resources' ids, and which it has kept."""
    pages = client.get_paginator("list_stacks").paginate()
    called = [each for page in pages for each in page["StackSummaries"] if each["StackName"] == name]
    for each in called:
        if each["StackStatus"] != "DELETE_COMPLETE":
            raise CannotAdoptError(f"{where} is there ({each['StackStatus']}): adopt when it is deleted")
    if not called:
        raise CannotAdoptError(f"{where} was never deleted, or too long ago: {REMEMBERED}")
    id_ = max(called, key=lambda each: each["CreationTime"])["StackId"]
    template = client.get_template(StackName=id_, TemplateStage="Processed")["TemplateBody"]
    ids: dict[str, str] = {}
    kept = []
    pages = client.get_paginator("describe_stack_events").paginate(StackName=id_)
    for event in (each for page in pages for each in page["StackEvents"]):  # the newest first
        if event["LogicalResourceId"] in template["Resources"] and event["LogicalResourceId"] not in ids:
            ids[event["LogicalResourceId"]] = event["PhysicalResourceId"]
            kept += [event["LogicalResourceId"]] if event["ResourceStatus"] == "DELETE_SKIPPED" else []
    return template, ids, sorted(kept)


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
