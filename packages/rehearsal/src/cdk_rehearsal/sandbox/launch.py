"""Run a command in a sandbox: ``python -I -S launch.py SPECIFICATION COMMAND...``.

Exits as the command did, by signal if that is how it ended. The sandbox ends with its first process and with this one,
however either ends.
"""

import os
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cdk_rehearsal.sandbox.files import arrange
from cdk_rehearsal.sandbox.identities import write_maps
from cdk_rehearsal.sandbox.kernel import Kernel, bring_loopback_up
from cdk_rehearsal.sandbox.network import hand_to_door
from cdk_rehearsal.sandbox.specification import Specification

UNAVAILABLE = 125
SIGNALLED = 128


def main(arguments: Sequence[str]) -> None:
    """Run the command, and end as it did."""
    path, *command = arguments
    specification = Specification.parse(Path(path).read_text())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the command, too
    enter_namespaces(Kernel())
    outcome, report = os.pipe()
    first = os.fork()
    if first == 0:
        os.close(outcome)
        be_first_process(specification, command, report)
    os.close(report)
    end_like(read_status(outcome, first))


def enter_namespaces(kernel: Kernel) -> None:
    """Move this process to its namespaces. Its ids are mapped by a child that stays outside."""
    privileged = os.geteuid() == 0
    known = (Path("/proc/self/uid_map").read_text(), Path("/proc/self/gid_map").read_text())
    entered, announce = os.pipe()
    helper = os.fork()
    if helper == 0:
        os.close(announce)
        os.read(entered, 1)
        try:
            write_maps(os.getppid(), known=known, privileged=privileged)
        except OSError as error:
            complain(error)
            os._exit(1)
        os._exit(0)
    try:
        kernel.unshare()
    except OSError as error:
        complain(error)
        sys.exit(UNAVAILABLE)
    finally:
        os.close(announce)
        os.close(entered)
        _, status = os.waitpid(helper, 0)
    if status:
        sys.exit(UNAVAILABLE)


def be_first_process(specification: Specification, command: list[str], report: int) -> None:
    """Set the sandbox up, start the command in it, and reap until that ends. Never returns."""
    kernel = Kernel()
    directory = os.getcwd()
    try:
        kernel.die_with_parent()
        bring_loopback_up()
        door = hand_to_door(specification.door, specification.listeners) if specification.door else None
        arrange(specification, kernel)
        os.chdir(directory)
        kernel.give_up_privileges()
    except OSError as error:
        complain(error)
        os._exit(UNAVAILABLE)
    started = os.fork()
    if started == 0:
        os.close(report)
        become(command)
    while True:
        process, status = os.wait()
        if process == started:
            os.write(report, str(status).encode())
            if door is not None:
                door.close()
            os._exit(0)


def become(command: list[str]) -> None:
    """Replace this process by the command. Never returns."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # which Python ignores
    try:
        os.execvp(command[0], command)  # noqa: S606 - a build's commands are the point
    except OSError as error:
        complain(error)
        os._exit(127)


def read_status(outcome: int, first: int) -> int:
    """Wait for the sandbox's first process, and return the command's wait status."""
    text = os.read(outcome, 32)
    _, status = os.waitpid(first, 0)
    return int(text) if text else status


def end_like(status: int) -> None:
    """End as a process with this wait status did. Never returns."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if number not in {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        os._exit(SIGNALLED + number)
    os._exit(os.waitstatus_to_exitcode(status))


def complain(error: OSError) -> None:
    """Print one line about what the kernel refused."""
    where = f"{os.fsdecode(error.filename)}: " if error.filename else ""
    os.write(2, f"sandbox: {where}{error.strerror or error}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1:])
