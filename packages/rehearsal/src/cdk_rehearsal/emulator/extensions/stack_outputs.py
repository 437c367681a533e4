"""``Fn::GetStackOutput``: an output of another stack, in this region or in another.

CloudFormation reads it when it creates or updates the stack that refers to it, with the rights of that stack's role
("Fn::GetStackOutput", CloudFormation Template Reference). MiniStack looks in the region at hand alone, and asks nobody.
"""
# ruff: noqa: SLF001 - MiniStack's engine has no public door

from collections.abc import Mapping
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import changesets, engine, handlers, stacks

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.extensions.resource_permissions import may
from cdk_rehearsal.emulator.extensions.stack_roles import ROLES

FUNCTION = "Fn::GetStackOutput"
READ = "cloudformation:DescribeStacks"

_resolve = engine._resolve_refs


def install(_config: EmulatorConfig) -> None:
    """Resolve the function here, wherever a template has it."""
    for module in (engine, changesets, handlers, stacks):
        module._resolve_refs = resolve


def resolve(value: Any, resources: Any, params: Any, conditions: Any, mappings: Any, stack: str, stack_id: str) -> Any:
    """Return ``value`` of a template of ``stack`` with its functions resolved.

    Raises:
        ValueError: The other stack or its output is not there, or is another account's.
        PermissionError: The role of ``stack`` may not read the other stack.
    """
    rest = (resources, params, conditions, mappings, stack, stack_id)
    if isinstance(value, Mapping) and FUNCTION in value:
        return output({name: str(resolve(part, *rest)) for name, part in value[FUNCTION].items()}, stack)
    return _resolve(value, *rest)


def output(named: Mapping[str, str], reader: str) -> str:
    """Return the output that ``named`` describes, as the stack called ``reader`` reads it."""
    if "RoleArn" in named:
        raise ValueError(f"{FUNCTION} with RoleArn, which reads another account's stack, is not supported")
    name, region = named["StackName"], named.get("Region", hooks.region())
    with hooks.scope(hooks.account(), region):
        found = cloudformation._stacks.get(name)
    role = ROLES.of(reader)
    arn = found["StackId"] if found else f"arn:aws:cloudformation:{region}:{hooks.account()}:stack/{name}/*"
    if role and not may(role, READ, arn):
        raise PermissionError(f"User: {role} is not authorized to perform: {READ} on resource: {arn}")
    values = {each["OutputKey"]: each["OutputValue"] for each in (found or {}).get("Outputs", [])}
    if named["OutputName"] not in values:
        raise ValueError(f"There is no output {named['OutputName']} of a stack {name} in {region}")
    return str(values[named["OutputName"]])
