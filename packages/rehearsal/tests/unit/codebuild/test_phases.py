from typing import Any

import pytest

from cdk_rehearsal.codebuild.phases import Outcome, run_phases
from cdk_rehearsal.codebuild.specification import Phases


class Machine:
    """Fails the commands it is told to, as often as it is told to, and takes down everything."""

    def __init__(self, **failures: int) -> None:
        self.failures = failures
        self.commands: list[str] = []
        self.phases: list[tuple[str, str, str]] = []
        self.lines: list[str] = []
        self._open = ""

    def run(self, command: str) -> int:
        self.commands.append(command)
        left = self.failures.get(command, 0)
        self.failures[command] = left - 1
        return 3 if left > 0 else 0

    def begin(self, phase: str) -> None:
        self._open = phase

    def end(self, status: str, code: str = "", message: str = "") -> None:
        self.phases.append((self._open, status, message))


def ran(phases: dict[str, Any], **failures: int) -> tuple[Outcome, Machine]:
    machine = Machine(**failures)
    return run_phases(Phases.model_validate(phases), machine, machine, machine.lines.append), machine


def phase(*commands: str, last: tuple[str, ...] = (), on_failure: str = "") -> dict[str, Any]:
    return {"commands": commands, "finally": last, **({"on-failure": on_failure} if on_failure else {})}


ALL = {
    name: phase(f"{name}_1", f"{name}_2", last=(f"{name}_3",))
    for name in ("install", "pre_build", "build", "post_build")
}
FAILING = "export CODEBUILD_BUILD_SUCCEEDING=0"


def test_phases_run_in_order_each_with_its_finally_last() -> None:
    outcome, machine = ran(ALL)
    assert outcome == Outcome(succeeded=True, uploads=True)
    assert machine.commands == [f"{name}_{n}" for name in ALL for n in (1, 2, 3)]
    assert [(name, status) for name, status, _ in machine.phases] == [(name.upper(), "SUCCEEDED") for name in ALL]


@pytest.mark.parametrize("name", ["install", "pre_build"])
def test_nothing_follows_a_failed_install_or_pre_build(name: str) -> None:
    outcome, machine = ran(ALL, **{f"{name}_1": 1})
    assert outcome == Outcome(succeeded=False, uploads=False)
    assert machine.phases[-1] == (
        name.upper(),
        "FAILED",
        f"Error while executing command: {name}_1. Reason: exit status 3",
    )
    assert machine.commands[-3:] == [f"{name}_1", f"{name}_3", FAILING]


def test_post_build_follows_a_failed_build_and_knows_of_it() -> None:
    outcome, machine = ran(ALL, build_1=1)
    assert outcome == Outcome(succeeded=False, uploads=True)
    assert machine.commands[-6:] == ["build_1", "build_3", FAILING, "post_build_1", "post_build_2", "post_build_3"]
    assert [status for _, status, _ in machine.phases] == ["SUCCEEDED", "SUCCEEDED", "FAILED", "SUCCEEDED"]


def test_abort_ends_the_build_even_where_post_build_would_follow() -> None:
    outcome, machine = ran({"build": phase("a", on_failure="ABORT"), "post_build": phase("b")}, a=1)
    assert outcome == Outcome(succeeded=False, uploads=False)
    assert "b" not in machine.commands


def test_continue_goes_on_and_the_build_still_fails() -> None:
    outcome, machine = ran({"install": phase("a", on_failure="CONTINUE"), "build": phase("b")}, a=1)
    assert outcome == Outcome(succeeded=False, uploads=True)
    assert "b" in machine.commands


def test_a_failing_finally_fails_its_phase() -> None:
    outcome, machine = ran({"build": phase("a", last=("b",))}, b=1)
    assert not outcome.succeeded
    assert "command: b." in machine.phases[2][2]


def test_of_several_failures_the_first_is_told() -> None:
    _, machine = ran({"build": phase("a", last=("b",))}, a=1, b=1)
    assert "command: a." in machine.phases[2][2]


def test_the_environment_learns_of_the_failure_once() -> None:
    _, machine = ran({"build": phase("a"), "post_build": phase("b")}, a=1, b=1)
    assert machine.commands.count(FAILING) == 1


def test_a_phase_is_retried_until_it_succeeds() -> None:
    outcome, machine = ran({"build": phase("a", "b", last=("c",), on_failure="RETRY-5")}, b=2)
    assert outcome.succeeded
    assert machine.commands == ["a", "b", "c"] * 3
    assert [line for line in machine.lines if line.startswith("Retrying")] == [
        "Retrying the phase: 1 of 5",
        "Retrying the phase: 2 of 5",
    ]


def test_retries_come_to_an_end() -> None:
    outcome, machine = ran({"build": phase("a", on_failure="RETRY")}, a=99)
    assert not outcome.succeeded
    assert machine.commands.count("a") == 4


def test_a_message_that_does_not_match_is_not_retried() -> None:
    _, machine = ran({"build": phase("a", on_failure="RETRY-connection refused")}, a=1)
    assert machine.commands.count("a") == 1


def test_a_failed_retry_is_followed_as_without_one() -> None:
    outcome, _ = ran({"install": phase("a", on_failure="RETRY-1")}, a=9)
    assert outcome == Outcome(succeeded=False, uploads=False)


def test_every_command_and_its_failure_are_in_the_log() -> None:
    _, machine = ran({"build": phase("a", "b")}, b=1)
    assert machine.lines == [
        "Running command a",
        "Running command b",
        "Command did not exit successfully b exit status 3",
    ]
