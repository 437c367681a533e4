"""Kept resources of a deleted stack can be imported into the next, as in AWS ("Resource type support").

MiniStack imports buckets, keys, log groups and queues by itself; here is what a database stands on.
"""
# ruff: noqa: SLF001 - MiniStack's tables have no public door

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from ministack.services import backup, ec2, iam, rds, s3
from ministack.services.cloudformation import changesets, provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.registry import identifier

Attributes = dict[str, str]
Lookup = Callable[[str], Attributes | None]


def install(_config: EmulatorConfig) -> None:
    """Let IMPORT change sets take the types."""
    for type_, lookup in ADOPTABLE.items():
        changesets._IMPORT_LOOKUPS[type_] = ((identifier(type_),), partial(problem, type_, lookup))
        provisioners._RESOURCE_HANDLERS[type_]["import"] = partial(adopt, identifier(type_), lookup)


def problem(type_: str, lookup: Lookup, id_: str) -> str | None:
    """Return why CloudFormation can't import the resource ``id_``, if it can't."""
    return None if lookup(id_) is not None else str(changesets._IMPORT_NOT_FOUND).format(type=type_, value=id_)


def adopt(named: str, lookup: Lookup, given: Mapping[str, str]) -> tuple[str, Attributes]:
    """Return the id and the attributes of a resource as it is: an import changes nothing of it."""
    return given[named], lookup(given[named]) or {}


def instance(id_: str) -> Attributes | None:
    """Return what the template of a database's stack can ask for."""
    found = rds._instances.get(id_)
    if found is None:
        return None
    secret = found.get("MasterUserSecret", {}).get("SecretArn")
    return {
        "DBInstanceArn": found["DBInstanceArn"],
        "DbiResourceId": found["DbiResourceId"],
        "Endpoint.Address": found["Endpoint"]["Address"],
        "Endpoint.Port": str(found["Endpoint"]["Port"]),
        **({"MasterUserSecret.SecretArn": secret} if secret else {}),
    }


def subnet_group(id_: str) -> Attributes | None:
    """Return the same for the subnets of a database."""
    found = rds._subnet_groups.get(id_)
    return None if found is None else {"DBSubnetGroupArn": found["DBSubnetGroupArn"]}


def parameter_group(id_: str) -> Attributes | None:
    """Return the same for the settings of a database."""
    return provisioners._rds_param_group_attrs(id_) if id_ in rds._param_groups else None


def vpc(id_: str) -> Attributes | None:
    """Return the same for a network."""
    found = ec2._vpcs.get(id_)
    if found is None:
        return None
    return {
        "VpcId": id_,
        "CidrBlock": found["CidrBlock"],
        "DefaultSecurityGroup": found["DefaultSecurityGroupId"],
        "DefaultNetworkAcl": found["DefaultNetworkAclId"],
    }


def subnet(id_: str) -> Attributes | None:
    """Return the same for a subnet."""
    found = ec2._subnets.get(id_)
    return None if found is None else {"SubnetId": id_, "AvailabilityZone": found["AvailabilityZone"]}


def security_group(id_: str) -> Attributes | None:
    """Return the same for a security group."""
    found = ec2._security_groups.get(id_)
    if found is None:
        return None
    arn = f"arn:aws:ec2:{hooks.region()}:{hooks.account()}:security-group/{id_}"
    return {"Id": id_, "GroupId": id_, "VpcId": found["VpcId"], "Arn": arn}


def bucket_policy(bucket: str) -> Attributes | None:
    """Return that a bucket's policy, which has no attributes, is there."""
    return {} if bucket in s3._bucket_policies else None


def backup_vault(name: str) -> Attributes | None:
    """Return what the template of a vault's stack can ask for."""
    found = backup._vaults.get(name)
    return None if found is None else {"BackupVaultArn": found["BackupVaultArn"], "BackupVaultName": name}


def managed_policy(arn: str) -> Attributes | None:
    """Return what the template of a policy's stack can ask for."""
    return {"PolicyArn": arn} if arn in iam._policies else None


ADOPTABLE: Final[Mapping[str, Any]] = {
    "AWS::Backup::BackupVault": backup_vault,
    "AWS::EC2::SecurityGroup": security_group,
    "AWS::EC2::Subnet": subnet,
    "AWS::EC2::VPC": vpc,
    "AWS::IAM::ManagedPolicy": managed_policy,
    "AWS::RDS::DBInstance": instance,
    "AWS::RDS::DBParameterGroup": parameter_group,
    "AWS::RDS::DBSubnetGroup": subnet_group,
    "AWS::S3::BucketPolicy": bucket_policy,
}
