"""Plugs builds into the emulator's CodeBuild."""

from rehearsal.emulator.config import EmulatorConfig


def install(config: EmulatorConfig) -> None:
    """Make StartBuild run the build."""
