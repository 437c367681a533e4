"""Which changes of a key or a secret replace it: MiniStack calls any change of them a possible replacement.

The properties are ``createOnlyProperties`` of the types' schemas in the CloudFormation registry.
"""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

from ministack.services.cloudformation import provisioners

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.registry import PROPERTIES, schema

TYPES = ("AWS::KMS::Key", "AWS::SecretsManager::Secret")


def install(_config: EmulatorConfig) -> None:
    """Say so for change sets."""
    for type_ in TYPES:
        properties = schema(type_).get("createOnlyProperties", [])
        provisioners._REPLACING_PROPERTIES[type_] = tuple(each.removeprefix(PROPERTIES) for each in properties)
