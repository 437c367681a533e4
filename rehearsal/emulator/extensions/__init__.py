"""What the emulator learns beyond MiniStack: one matter a module, each with ``install(config)``."""

import importlib

from rehearsal.emulator.config import EmulatorConfig

MODULES = (
    "rehearsal.emulator.extensions.loopback_transport",
    "rehearsal.codebuild.extension",
    "rehearsal.codepipeline.extension",
)


def install_all(config: EmulatorConfig) -> None:
    """Install every extension, in order. MiniStack's environment must stand: the modules import it."""
    for module in MODULES:
        importlib.import_module(module).install(config)
