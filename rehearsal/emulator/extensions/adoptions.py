"""RDS instances that a deleted stack kept can be imported into a stack, as in AWS ("Resource type support")."""
# ruff: noqa: SLF001 - MiniStack's tables have no public door

from collections.abc import Mapping

from ministack.services import rds
from ministack.services.cloudformation import changesets, provisioners

from rehearsal.emulator.config import EmulatorConfig

TYPE = "AWS::RDS::DBInstance"
IDENTIFIER = "DBInstanceIdentifier"


def install(_config: EmulatorConfig) -> None:
    """Let IMPORT change sets take the type."""
    changesets._IMPORT_LOOKUPS[TYPE] = ((IDENTIFIER,), problem)
    provisioners._RESOURCE_HANDLERS[TYPE]["import"] = adopt


def problem(identifier: str) -> str | None:
    """Return why CloudFormation can't import the instance ``identifier``, if it can't."""
    if identifier in rds._instances:
        return None
    return f"DBInstance {identifier} not found. (Service: Rds, Status Code: 404)"


def adopt(identifier: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return the identifier and the attributes of an instance as it is: an import changes nothing of it."""
    instance = rds._instances[identifier[IDENTIFIER]]
    secret = instance.get("MasterUserSecret", {}).get("SecretArn")
    return identifier[IDENTIFIER], {
        "DBInstanceArn": instance["DBInstanceArn"],
        "DbiResourceId": instance["DbiResourceId"],
        "Endpoint.Address": instance["Endpoint"]["Address"],
        "Endpoint.Port": str(instance["Endpoint"]["Port"]),
        **({"MasterUserSecret.SecretArn": secret} if secret else {}),
    }
