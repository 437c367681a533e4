from typing import Any

import pytest

from tap_function.events import EventError, asked


def test_an_empty_event_asks_for_every_check() -> None:
    assert list(asked({})) == ["bucket", "database"]


def test_an_event_can_ask_for_some_each_of_them_once() -> None:
    assert list(asked({"checks": ["database"]})) == ["database"]
    assert list(asked({"checks": ["database", "bucket", "database"]})) == ["bucket", "database"]


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "checks",
        7,
        {"Records": []},
        {"checks": []},
        {"checks": "bucket"},
        {"checks": ["queue"]},
        {"checks": [["bucket"]]},
        {"checks": ["bucket"], "more": 1},
    ],
)
def test_any_other_event_is_refused_with_what_is_understood(event: Any) -> None:
    with pytest.raises(EventError, match=r'send {} for every check, or {"checks": \[...\]} with some of bucket, data'):
        asked(event)
