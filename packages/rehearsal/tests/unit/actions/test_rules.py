"""The rules of stage conditions that are no actions as well."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.actions.stand_ins import Reports, Service, context
from tests.unit.engine.samples import action

from cdk_rehearsal.actions import cloudwatch_alarm, deployment_window, variable_check
from cdk_rehearsal.actions.contracts import ActionAbandonedError, ActionFailedError
from cdk_rehearsal.engine.definition import ActionType
from cdk_rehearsal.engine.providers import CLOUDWATCH_ALARM, DEPLOYMENT_WINDOW, VARIABLE_CHECK


def rule(tmp_path: Path, kind: ActionType, *, moment: str = "BEFORE_ENTRY", **configuration: str) -> Any:
    return lambda **more: context(tmp_path, action("Rule", kind, configuration=configuration), condition=moment, **more)


@pytest.mark.parametrize(
    ("variable", "operator", "value", "holds"),
    [
        ("main", "EQ", "main", True),
        ("main", "EQ", "Main", False),
        ("main", "NE", "release", True),
        ("main", "NE", "main", False),
        ("release/1", "CONTAINS", "ease", True),
        ("release/1", "CONTAINS", "main", False),
        ("release/1", "MATCHES", r"release/\d", True),
        ("release/12", "MATCHES", r"release/\d", False),
    ],
)
def test_a_variable_is_held_against_a_value(
    tmp_path: Path, variable: str, operator: str, value: str, *, holds: bool
) -> None:
    found = rule(tmp_path, VARIABLE_CHECK, Variable=variable, Operator=operator, Value=value)()
    if holds:
        assert variable_check.run(found).summary == f"'{variable}' {operator} '{value}' holds"
    else:
        with pytest.raises(ActionFailedError, match="does not hold"):
            variable_check.run(found)


def test_what_is_no_regular_expression_is_said(tmp_path: Path) -> None:
    with pytest.raises(ActionFailedError, match=r"\( is no regular expression") as failed:
        variable_check.run(rule(tmp_path, VARIABLE_CHECK, Variable="x", Operator="MATCHES", Value="(")())
    assert failed.value.code == "ConfigurationError"


def alarms(*states: str) -> Service:
    return Service({"describe_alarms": [{"MetricAlarms": [{"StateValue": state}]} for state in states]})


@pytest.mark.parametrize(
    ("moment", "configuration", "states", "looks", "passes"),
    [
        ("BEFORE_ENTRY", {}, ["OK"], 1, True),
        ("BEFORE_ENTRY", {}, ["ALARM"], 1, False),
        ("BEFORE_ENTRY", {"WaitTime": "5"}, ["OK"], 1, True),
        ("BEFORE_ENTRY", {"WaitTime": "5"}, ["ALARM", "ALARM", "OK"], 3, True),
        ("BEFORE_ENTRY", {"WaitTime": "2"}, ["ALARM"], 3, False),
        ("BEFORE_ENTRY", {"AlarmStates": "ALARM, INSUFFICIENT_DATA"}, ["INSUFFICIENT_DATA"], 1, False),
        ("ON_SUCCESS", {}, ["INSUFFICIENT_DATA"], 1, True),
        ("ON_SUCCESS", {"WaitTime": "2"}, ["OK"], 3, True),
        ("ON_SUCCESS", {"WaitTime": "5"}, ["OK", "ALARM", "OK"], 2, False),
        ("ON_FAILURE", {"WaitTime": "5"}, ["ALARM"], 1, False),
    ],
)
def test_an_alarm_may_get_well_before_entry_and_must_not_go_off_later(
    tmp_path: Path, moment: str, configuration: dict[str, str], states: list[str], looks: int, *, passes: bool
) -> None:
    service = alarms(*states)
    found = rule(tmp_path, CLOUDWATCH_ALARM, moment=moment, AlarmName="errors", **configuration)
    if passes:
        cloudwatch_alarm.run(found(services={"cloudwatch": service}))
    else:
        with pytest.raises(ActionFailedError, match="Alarm errors is in state"):
            cloudwatch_alarm.run(found(services={"cloudwatch": service}))
    assert len(service.calls) == looks


def test_a_composite_alarm_counts_and_a_missing_one_is_named(tmp_path: Path) -> None:
    found = rule(tmp_path, CLOUDWATCH_ALARM, AlarmName="errors")
    composite = Service({"describe_alarms": [{"CompositeAlarms": [{"StateValue": "OK"}]}]})
    assert cloudwatch_alarm.run(found(services={"cloudwatch": composite})).summary == "Alarm errors is in state OK"
    with pytest.raises(ActionFailedError, match="There is no alarm errors"):
        cloudwatch_alarm.run(found(services={"cloudwatch": Service({"describe_alarms": [{}]})}))


def test_a_wait_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ActionFailedError, match="WaitTime soon is no number of minutes"):
        cloudwatch_alarm.run(rule(tmp_path, CLOUDWATCH_ALARM, AlarmName="errors", WaitTime="soon")())


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten to nine, and half an hour later at each look."""

    def moments() -> Iterator[dt.datetime]:
        moment = dt.datetime(2026, 11, 24, 8, 50, tzinfo=dt.UTC)
        while True:
            yield moment
            moment += dt.timedelta(minutes=30)

    times = moments()
    monkeypatch.setattr(deployment_window, "now", lambda where: next(times).astimezone(where))


@pytest.mark.usefixtures("clock")
def test_a_window_is_waited_for(tmp_path: Path) -> None:
    reports = Reports()
    found = rule(tmp_path, DEPLOYMENT_WINDOW, Cron="* * 9 ? * *", TimeZone="UTC")(reports=reports)
    assert deployment_window.run(found).summary == "Inside the deployment window * * 9 ? * * (UTC)"
    assert [each["summary"] for each in reports.said] == ["Waits for the deployment window * * 9 ? * * (UTC)"]


@pytest.mark.usefixtures("clock")
def test_a_window_is_one_of_its_time_zone(tmp_path: Path) -> None:
    found = rule(tmp_path, DEPLOYMENT_WINDOW, Cron="* 50 9 ? * *", TimeZone="Europe/Berlin")(
        reports=Reports(patience=0)
    )
    assert deployment_window.run(found)


@pytest.mark.usefixtures("clock")
def test_waiting_for_a_window_ends_when_it_is_abandoned_or_the_rule_s_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(ActionAbandonedError):
        deployment_window.run(rule(tmp_path, DEPLOYMENT_WINDOW, Cron="* * 9 1 1 ?")(reports=Reports(patience=3)))
    declared = action("Rule", DEPLOYMENT_WINDOW, configuration={"Cron": "* * 9 1 1 ?"}, timeout_in_minutes=5)
    reports = Reports()
    with pytest.raises(ActionFailedError, match="did not open within 5 minutes"):
        deployment_window.run(context(tmp_path, declared, reports=reports))
    assert 1000 - reports.patience == 300


@pytest.mark.parametrize(("cron", "where"), [("nonsense", "UTC"), ("* * * * * ?", "Nowhere")])
def test_a_window_that_cannot_be_read_fails_the_rule(tmp_path: Path, cron: str, where: str) -> None:
    with pytest.raises(ActionFailedError) as failed:
        deployment_window.run(rule(tmp_path, DEPLOYMENT_WINDOW, Cron=cron, TimeZone=where)())
    assert failed.value.code == "ConfigurationError"


def test_the_clock_is_this_machine_s() -> None:
    assert abs(deployment_window.now(dt.UTC) - dt.datetime.now(tz=dt.UTC)) < dt.timedelta(minutes=1)
