"""Which changes of a key or a secret replace it: MiniStack calls any change of them a possible replacement.

The properties are ``createOnlyProperties`` of the types' schemas in the CloudFormation registry.
"""
# ruff: noqa: SLF001 - MiniStack's registries have no public door

from ministack.services.cloudformation import provisioners

from rehearsal.emulator.config import EmulatorConfig

CREATE_ONLY = {"AWS::KMS::Key": (), "AWS::SecretsManager::Secret": ("Name",)}


def install(_config: EmulatorConfig) -> None:
    """Say so for change sets."""
    provisioners._REPLACING_PROPERTIES.update(CREATE_ONLY)
