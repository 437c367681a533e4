"""The edge of a command that starts processes: its lock, its failures in one line, and the end of what it started."""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from rich.console import Console

from cdk_rehearsal.driver.folders import Folders
from cdk_rehearsal.driver.lock import hold
from cdk_rehearsal.driver.rehearsal import Request, command_environment
from cdk_rehearsal.driver.repository import Repository
from cdk_rehearsal.driver.services import EmulatorFailedError, emulator_lives
from cdk_rehearsal.driver.session import stop_services
from cdk_rehearsal.errors import RehearsalError

FAILED = 1
INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def complain(problem: str) -> None:
    """Print a problem on standard error."""
    Console(stderr=True, emoji=False).print(f"rehearsal: {problem}", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def one_line() -> Iterator[None]:
    """Print a failure as one line, and exit with code 1."""
    try:
        yield
    except RehearsalError as error:
        complain(str(error))
        sys.exit(FAILED)


@dataclass
class Edge:
    """A command's repository, and whether what it starts keeps running after a failure of the emulator."""

    repository: Repository
    keeps_running: bool = False


@contextmanager
def edge_of(console: Console, request: Request, folders: Folders, *, command: str) -> Iterator[Edge]:
    """Hold the clone's lock; turn failures into a line and an exit code; stop what was started unless it is kept."""
    with ExitStack() as held:
        with one_line():
            repository = Repository.open(request.app, command_environment(request, folders))
            held.enter_context(hold(folders, command=command))
        with _stopping(console, folders, Edge(repository)) as edge:
            yield edge


@contextmanager
def _stopping(console: Console, folders: Folders, edge: Edge) -> Iterator[Edge]:
    try:
        with emulator_lives(folders):
            yield edge
    except KeyboardInterrupt:
        _stop(folders)
        console.print("interrupted; everything is stopped", highlight=False)
        sys.exit(INTERRUPTED)
    except RehearsalError as error:
        if not (edge.keeps_running and isinstance(error, EmulatorFailedError)):
            _stop(folders)
        complain(str(error))
        sys.exit(FAILED)
    except OSError as error:
        _stop(folders)
        complain(f"{error.filename or folders.root}: {error.strerror or error}")
        sys.exit(FAILED)
    except BaseException:
        _stop(folders)
        raise
    if not edge.keeps_running:
        _stop(folders)


def _stop(folders: Folders) -> None:
    """Stop everything. Signals are ignored meanwhile: an impatient second Ctrl-C would leave processes behind."""
    handlers = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        with one_line():
            stop_services(folders)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
