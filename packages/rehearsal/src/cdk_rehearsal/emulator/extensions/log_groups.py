"""Log groups: a taken name and a key that CloudWatch Logs may not use are refused, as in AWS."""
# ruff: noqa: SLF001 - MiniStack's stores have no public door

from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator import hooks
from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.wiring.keys import service_may_use

TYPE = "AWS::Logs::LogGroup"

_create = provisioners._cwlogs_create
_update = provisioners._cwlogs_update

Outcome = tuple[str, dict[str, str]]


def install(_config: EmulatorConfig) -> None:
    """Extend the type."""
    provisioners._REPLACING_PROPERTIES[TYPE] = ("LogGroupName",)
    provisioners._RESOURCE_HANDLERS[TYPE].update(create=create, update=update)


def create(logical_id: str, properties: hooks.Properties, stack: str) -> Outcome:
    """Create the log group under its own or a generated name."""
    name = properties.get("LogGroupName") or hooks.physical_name(stack, logical_id, longest=512)
    if name in cloudwatch_logs._log_groups:
        raise ValueError(f"Resource of type '{TYPE}' with identifier '{name}' already exists.")
    check_key(name, properties)
    created: Outcome = _create(logical_id, {**properties, "LogGroupName": name}, stack)
    return created


def update(name: str, old: hooks.Properties, new: hooks.Properties, stack: str, logical_id: str) -> Outcome:
    """Change the log group in place; another name in the template never gets here, it replaces the group."""
    check_key(name, new)
    updated: Outcome = _update(name, old, {**new, "LogGroupName": name}, stack, logical_id)
    return updated


def check_key(name: str, properties: hooks.Properties) -> None:
    """Refuse a key whose policy keeps CloudWatch Logs in this region from encrypting this group."""
    key = properties.get("KmsKeyId")
    if not key:
        return
    group = f"arn:aws:logs:{hooks.region()}:{hooks.account()}:log-group:{name}"
    context = {"kms:encryptioncontext:aws:logs:arn": group}
    if not service_may_use(key, f"logs.{hooks.region()}.amazonaws.com", "kms:GenerateDataKey", context):
        raise ValueError(f"The specified KMS key does not exist or is not allowed to be used with Arn '{group}'")
