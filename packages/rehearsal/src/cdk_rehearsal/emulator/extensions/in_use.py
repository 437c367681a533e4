"""What a database stands on can't be deleted from under it, as in AWS.

A stack that keeps a database and deletes its subnets would end in DELETE_FAILED there. MiniStack deletes them.
"""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from ministack.services import rds

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig

Instance = Mapping[str, Any]


def install(_config: EmulatorConfig) -> None:
    """Refuse the deletions."""
    for type_, (used, refusal) in USES.items():
        hooks.extend_resource_type(type_, removing=partial(remove, used, refusal))


def remove(used: Callable[[Instance], Iterator[str]], refusal: str, id_: str, _properties: hooks.Properties) -> None:
    """Raise a ``ValueError`` while an instance uses the resource ``id_``."""
    for name, instance in rds._instances.items():
        if id_ in used(instance):
            raise ValueError(refusal.format(id=id_, instance=name))


def subnet_groups(instance: Instance) -> Iterator[str]:
    """Yield the subnet group of an instance."""
    yield instance["DBSubnetGroup"]["DBSubnetGroupName"]


def parameter_groups(instance: Instance) -> Iterator[str]:
    """Yield the parameter groups of an instance."""
    return (each["DBParameterGroupName"] for each in instance["DBParameterGroups"])


def subnets(instance: Instance) -> Iterator[str]:
    """Yield the subnets in which an instance has its network interfaces."""
    return (each["SubnetIdentifier"] for each in instance["DBSubnetGroup"].get("Subnets", []))


def security_groups(instance: Instance) -> Iterator[str]:
    """Yield the security groups of an instance's network interfaces."""
    return (each["VpcSecurityGroupId"] for each in instance["VpcSecurityGroups"])


USES: Final[Mapping[str, tuple[Callable[[Instance], Iterator[str]], str]]] = {
    "AWS::RDS::DBSubnetGroup": (
        subnet_groups,
        (
            "Cannot delete the subnet group '{id}' because at least one database instance: {instance} is still "
            "using it. (Service: Rds, Status Code: 400, Error Code: InvalidDBSubnetGroupStateFault)"
        ),
    ),
    "AWS::RDS::DBParameterGroup": (
        parameter_groups,
        (
            "One or more database instances are still members of this parameter group {id}, so the group cannot be "
            "deleted (Service: Rds, Status Code: 400, Error Code: InvalidDBParameterGroupState)"
        ),
    ),
    "AWS::EC2::Subnet": (
        subnets,
        (
            "The subnet '{id}' has dependencies and cannot be deleted. "
            "(Service: Ec2, Status Code: 400, Error Code: DependencyViolation)"
        ),
    ),
    "AWS::EC2::SecurityGroup": (
        security_groups,
        "resource {id} has a dependent object (Service: Ec2, Status Code: 400, Error Code: DependencyViolation)",
    ),
}
"""For each type what instances use of it, and what AWS answers to a deletion then."""
