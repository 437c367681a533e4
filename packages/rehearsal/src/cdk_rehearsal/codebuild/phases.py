"""The phases of a buildspec: which run, in which order, and what a failure does."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from cdk_rehearsal.codebuild.failure import OnFailure
from cdk_rehearsal.codebuild.specification import PHASES, Phase, Phases

# What follows a failed phase that has no on-failure, by AWS's "build phase transitions": after install and pre_build
# nothing does, after build post_build does, and after post_build the upload of artifacts.
GOES_ON_BY_DEFAULT = frozenset({"build", "post_build"})


class Commands(Protocol):
    """Runs commands."""

    def run(self, command: str) -> int:
        """Run one and return its exit status."""
        ...


class Journal(Protocol):
    """Takes down what happens."""

    def begin(self, phase: str) -> None:
        """A phase begins."""
        ...

    def end(self, status: str, code: str = "", message: str = "") -> object:
        """It has ended."""
        ...


@dataclass(frozen=True)
class Outcome:
    """Whether every phase succeeded, and whether the build went far enough for its artifacts to be uploaded."""

    succeeded: bool
    uploads: bool


def run_phases(phases: Phases, commands: Commands, journal: Journal, say: Callable[[str], None]) -> Outcome:
    """Run the phases. The build fails with any failed phase, even one that lets the next go on."""
    succeeded = True
    for name in PHASES:
        phase: Phase = getattr(phases, name)
        journal.begin(name.upper())
        message = _run_phase(phase, commands, say)
        if message:
            journal.end("FAILED", "COMMAND_EXECUTION_ERROR", message)
            if succeeded:
                commands.run("export CODEBUILD_BUILD_SUCCEEDING=0")
            succeeded = False
            if not _goes_on(name, phase.on_failure):
                return Outcome(succeeded=False, uploads=False)
        else:
            journal.end("SUCCEEDED")
    return Outcome(succeeded=succeeded, uploads=True)


def _goes_on(name: str, on_failure: OnFailure | None) -> bool:
    if on_failure is None or on_failure.action == "RETRY":
        return name in GOES_ON_BY_DEFAULT
    return on_failure.action == "CONTINUE"


def _run_phase(phase: Phase, commands: Commands, say: Callable[[str], None]) -> str:
    """Run a phase, again if it is to be retried, and return the message of its failure, empty if there is none."""
    retries = phase.on_failure.retries if phase.on_failure else 0
    for retry in range(retries + 1):
        failures = [_run_until_failure(block, commands, say) for block in (phase.commands, phase.finally_)]
        message = next(filter(None, failures), "")
        if not message or not (phase.on_failure and phase.on_failure.retries_after(message)):
            break
        if retry < retries:
            say(f"Retrying the phase: {retry + 1} of {retries}")
    return message


def _run_until_failure(block: Iterable[str], commands: Commands, say: Callable[[str], None]) -> str:
    for command in block:
        say(f"Running command {command}")
        status = commands.run(command)
        if status:
            say(f"Command did not exit successfully {command} exit status {status}")
            return f"Error while executing command: {command}. Reason: exit status {status}"
    return ""
