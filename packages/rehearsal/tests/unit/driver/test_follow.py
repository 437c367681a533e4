import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from cdk_rehearsal.driver.follow import Answer, Delivery, follow
from cdk_rehearsal.driver.pipeline_api import ActionRun, PipelineApi, WaitingRule
from cdk_rehearsal.errors import RehearsalError

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def run(action: str, status: str = "Succeeded", category: str = "Build") -> ActionRun:
    return ActionRun(
        stage="Stage",
        action=action,
        status=status,
        category=category,
        provider="Provider",
        summary="",
        started=START,
        ended=None if status == "InProgress" else START + dt.timedelta(seconds=2),
    )


WAITS = run("Approve", "InProgress", "Approval")


@dataclass
class Script(PipelineApi):
    """A pipeline that plays a script: for each look, the newest execution, its status and its action runs."""

    looks: Sequence[tuple[str | None, str, list[ActionRun]]]
    at: int = 0
    pipeline: str = "delivery"
    told: list[str] = field(default_factory=list)
    rules: list[WaitingRule] = field(default_factory=list)

    def newest_execution(self) -> str | None:
        return self.looks[self.at][0]

    def status(self, execution: str) -> tuple[str, str]:
        return self.looks[self.at][1], "the reason"

    def actions(self, execution: str) -> list[ActionRun]:
        return self.looks[self.at][2]

    def sleep(self, _seconds: float) -> None:
        self.at = min(self.at + 1, len(self.looks) - 1)

    def execution(self, execution: str) -> None:
        self.told.append(execution)

    def waiting_rules(self, execution: str) -> list[WaitingRule]:
        return self.rules

    def held_up(self, rule: WaitingRule, execution: str, pipeline: str) -> None:
        self.told.append(f"{rule.rule} holds up {execution} of {pipeline}")

    def progress(self, runs: list[ActionRun]) -> None:
        self.told += [f"{each.action} {each.status}" for each in runs]


def play(
    script: Script, answer: Callable[..., Answer] = lambda *_: Answer.GIVEN, after: str | None = None
) -> Delivery | None:
    return follow(script, after=after, watcher=script, on_approval=answer, sleep=script.sleep)


def test_a_delivery_is_followed_to_its_end() -> None:
    script = Script(
        [
            (None, "", []),
            ("one", "InProgress", [run("Build", "InProgress")]),
            ("one", "Succeeded", [run("Build")]),
        ]
    )
    delivery = play(script)
    assert delivery == Delivery(execution="one", status="Succeeded", reason="the reason", runs=(run("Build"),))
    assert delivery.succeeded
    assert delivery.seconds == 2
    assert script.told == ["one", "Build InProgress", "Build Succeeded"]


def test_an_older_execution_is_not_taken_for_the_pushed_one() -> None:
    script = Script([("old", "Succeeded", []), ("new", "Succeeded", [run("Build")])])
    delivery = play(script, after="old")
    assert delivery is not None
    assert delivery.execution == "new"


def test_the_restart_of_a_changed_pipeline_is_followed() -> None:
    script = Script(
        [
            ("one", "InProgress", [run("SelfMutate", "InProgress")]),
            ("two", "Superseded", [run("SelfMutate")]),
            ("two", "Succeeded", [run("Build")]),
        ]
    )
    delivery = play(script)
    assert delivery is not None
    assert [each.action for each in delivery.runs] == ["SelfMutate", "Build"]
    assert "two" in script.told


def test_a_failure_ends_it_and_is_named() -> None:
    delivery = play(Script([("one", "Failed", [run("Build", "Failed"), run("Other")])]))
    assert delivery is not None
    assert not delivery.succeeded
    assert [each.action for each in delivery.failures()] == ["Build"]


def test_a_stopped_execution_with_none_after_it_ends_it() -> None:
    delivery = play(Script([("one", "Stopped", [])]))
    assert delivery is not None
    assert delivery.status == "Stopped"
    assert delivery.seconds == 0


def test_an_approval_is_asked_until_it_is_answered_and_then_no_more() -> None:
    answers = iter([Answer.NOT_YET, Answer.GIVEN])
    asked: list[str] = []

    def answer(execution: str, waiting: ActionRun, runs: list[ActionRun]) -> Answer:
        asked.append(f"{execution} {waiting.name} {len(runs)}")
        return next(answers)

    approved = run("Approve", category="Approval")
    play(Script([("one", "InProgress", [WAITS])] * 4 + [("one", "Succeeded", [approved])]), answer)
    assert asked == ["one Stage · Approve 1"] * 2


def test_following_ends_where_an_approval_is_left_to_someone_else() -> None:
    assert play(Script([("one", "InProgress", [WAITS])]), lambda *_: Answer.LEFT) is None


def test_a_push_that_starts_nothing_is_an_error() -> None:
    with pytest.raises(RehearsalError, match="the push started no execution of delivery within 30 s"):
        play(Script([("old", "Succeeded", [])]), after="old")


def test_an_execution_that_runs_already_is_followed_whatever_came_later() -> None:
    script = Script([("two", "Succeeded", [run("Build")])])
    ended = follow(
        script, after=None, execution="one", watcher=script, on_approval=lambda *_: Answer.GIVEN, sleep=script.sleep
    )
    assert ended is not None
    assert ended.execution == "one"


def test_a_rule_that_holds_an_execution_up_is_told_once_and_not_beside_an_action() -> None:
    rule = WaitingRule(stage="Gate", rule="Window", summary="Waits", condition="BEFORE_ENTRY")
    looks = [
        ("one", "InProgress", [run("Build", "InProgress")]),
        ("one", "InProgress", [run("Build")]),
        ("one", "InProgress", [run("Build")]),
        ("one", "Succeeded", [run("Build")]),
    ]
    script = Script(looks, rules=[rule])
    play(script)
    assert script.told == [
        "one",
        "Build InProgress",
        "Build Succeeded",
        "Window holds up one of delivery",
        "Build Succeeded",
        "Build Succeeded",
    ]
