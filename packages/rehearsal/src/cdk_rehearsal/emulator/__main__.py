"""`python -m cdk_rehearsal.emulator --config FILE.json` runs one emulator until it is told to stop."""

import logging
import os
import socket
import sys
from pathlib import Path

import click
import pydantic

from cdk_rehearsal.emulator.config import EmulatorConfig
from cdk_rehearsal.emulator.environment import emulator_environment
from cdk_rehearsal.emulator.loopback import refuse_outbound
from cdk_rehearsal.emulator.private import make_private, write_private
from cdk_rehearsal.errors import RehearsalError


@click.command()
@click.option(
    "--config", "path", type=click.Path(path_type=Path), required=True, help="What EmulatorConfig.save wrote."
)
@click.option("--listen", type=int, help="Listen here, when something else stands at the port that clients know.")
def main(path: Path, listen: int | None) -> None:
    """Emulate AWS on loopback until SIGTERM or SIGINT, which save its state."""
    try:
        config = _load(path)
        port = listen or config.port
        _require_free_port(port)
        _prepare(config)
    except RehearsalError as error:
        sys.exit(f"emulator: {error}")
    # MiniStack reads its environment and starts logging when it is imported, so only now.
    from cdk_rehearsal.emulator import extensions, server  # noqa: PLC0415

    extensions.install_all(config)
    server.serve(config, port=port)


def _load(path: Path) -> EmulatorConfig:
    try:
        return EmulatorConfig.load(path)
    except OSError as error:
        raise RehearsalError(f"cannot read the configuration {path}: {error.strerror}") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise RehearsalError(f"{path} is no emulator configuration: {where}: {first['msg']}") from error


def _require_free_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise RehearsalError(f"port 127.0.0.1:{port} is busy ({error.strerror}); stop what uses it") from error


def _prepare(config: EmulatorConfig) -> None:
    """Make the folders, readable by their owner alone, point the log there, and close the way out."""
    logs = config.state_dir / "logs"
    try:
        make_private(config.state_dir)
        write_private(config.token_file, config.token)
        for folder in (logs, *(config.state_dir / name for name in ("s3", "state", "tmp"))):
            folder.mkdir(mode=0o700, exist_ok=True)
        logging.basicConfig(
            filename=logs / "emulator.log",
            level=logging.INFO,
            format="%(asctime)s %(levelname)s [%(name)s] %(message)s",
        )
    except OSError as error:
        raise RehearsalError(f"cannot write to {config.state_dir}: {error.strerror}") from error
    logging.getLogger("persistence").setLevel(logging.WARNING)  # a line a service each time, every few seconds
    refuse_outbound(logs / "outbound.json")
    environment = emulator_environment(config, os.environ)
    os.environ.clear()
    os.environ.update(environment)


if __name__ == "__main__":
    main()
