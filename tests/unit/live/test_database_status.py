from collections.abc import Iterator

import pytest

from tests.live.database_status import DELAY, IN_USE, LIMIT, PASSING, expect_in_use


def waited(states: Iterator[str]) -> list[float]:
    slept: list[float] = []
    expect_in_use(lambda: {"DBInstanceStatus": next(states)}, sleep=slept.append)
    return slept


@pytest.mark.parametrize("status", sorted(IN_USE))
def test_database_that_serves_clients_passes_at_once(status: str) -> None:
    assert waited(iter([status])) == []


def test_database_is_in_use_during_every_backup() -> None:
    assert {"available", "backing-up", "storage-optimization", "configuring-enhanced-monitoring"} <= IN_USE
    assert not IN_USE & PASSING


@pytest.mark.parametrize("status", sorted(PASSING))
def test_database_in_a_passing_state_is_waited_for(status: str) -> None:
    assert waited(iter([status, status, "backing-up"])) == [DELAY, DELAY]


@pytest.mark.parametrize("status", ["failed", "stopped", "storage-full", "inaccessible-encryption-credentials"])
def test_database_that_does_not_serve_clients_fails_at_once(status: str) -> None:
    with pytest.raises(AssertionError, match=rf"database in use \(status {status}\)"):
        waited(iter([status]))


def test_passing_state_that_does_not_end_fails_after_the_limit() -> None:
    states = iter(["modifying"] * (LIMIT // DELAY + 1))
    with pytest.raises(AssertionError, match="status modifying"):
        waited(states)
    assert next(states, None) is None
