"""Plugs CodePipeline into the emulator."""

from rehearsal.emulator.config import EmulatorConfig


def install(config: EmulatorConfig) -> None:
    """Register the service and its CloudFormation type."""
