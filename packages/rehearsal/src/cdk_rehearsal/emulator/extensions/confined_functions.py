"""Functions run in a sandbox whose only network is the door, where this machine has user namespaces.

MiniStack starts them by ``subprocess`` in two modules; each gets one that puts the sandbox before the command.
"""

import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.sandbox.command import confined
from cdk_rehearsal.sandbox.settings import SandboxSettings
from cdk_rehearsal.sandbox.view import network_specification

RUNTIME_API = "AWS_LAMBDA_RUNTIME_API"


def install(config: EmulatorConfig) -> None:
    """Confine functions."""
    if config.sandbox is None:
        return
    programs: Any = Confined(config.sandbox)
    lambda_runtime.subprocess = programs
    lambda_svc.subprocess = programs


class Confined:
    """The module ``subprocess``, but for what goes before each command."""

    def __init__(self, settings: SandboxSettings) -> None:
        """Confine by ``settings``."""
        self._settings = settings

    def Popen(self, command: Sequence[str], **more: Any) -> "subprocess.Popen[Any]":  # noqa: N802 - subprocess's own
        """Start a program."""
        return subprocess.Popen([*self._before(more), *command], **more)  # noqa: S603 - a function's runtime

    def run(self, command: Sequence[str], **more: Any) -> "subprocess.CompletedProcess[Any]":
        """Run a program."""
        return subprocess.run([*self._before(more), *command], check=False, **more)  # noqa: S603 - a function's runtime

    def _before(self, more: Mapping[str, Any]) -> list[str]:
        """Return what goes before a command. A custom runtime polls a port that is its own (``HOST:PORT``)."""
        port = more.get("env", {}).get(RUNTIME_API, "").rpartition(":")[2]
        path = self._settings.folder / f"functions{port}.json"
        if not path.exists():
            ports = (*self._settings.ports, *([int(port)] if port else []))
            network_specification(self._settings.model_copy(update={"ports": ports})).save(path)
        return confined(path)

    def __getattr__(self, name: str) -> Any:
        """Return the rest of the module."""
        return getattr(subprocess, name)
