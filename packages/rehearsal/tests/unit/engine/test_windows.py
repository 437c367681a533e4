import datetime as dt

import pytest

from cdk_rehearsal.engine.windows import Window, zone


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("cron", "inside", "outside"),
    [
        ("* * * * * ? *", "2026-11-24 13:07", None),
        ("0 0 9-17 ? * MON-FRI *", "2026-11-24 09:00", "2026-11-24 09:01"),
        ("0 0 9-17 ? * MON-FRI *", "2026-11-27 17:00", "2026-11-28 17:00"),
        ("0 * 9-17 ? * mon-fri", "2026-11-24 17:59", "2026-11-24 18:00"),
        ("0 0/15 * * * ?", "2026-11-24 00:45", "2026-11-24 00:50"),
        ("0 5/20 * * * ?", "2026-11-24 00:45", "2026-11-24 00:20"),
        ("0 */30 * * * ?", "2026-11-24 00:30", "2026-11-24 00:15"),
        ("* * 8,20 * NOV,12 ?", "2026-11-24 20:30", "2026-10-24 20:30"),
        ("* * * ? * FRI-MON", "2026-11-22 00:00", "2026-11-24 00:00"),
        ("* * 22-2 * * ?", "2026-11-24 01:00", "2026-11-24 03:00"),
        ("* * * 1-7,20 * ?", "2026-11-20 00:00", "2026-11-21 00:00"),
        ("* * * L * ?", "2026-02-28 00:00", "2026-02-27 00:00"),
        ("* * * L-3 * ?", "2026-11-27 00:00", "2026-11-30 00:00"),
        ("* * * LW * ?", "2026-10-30 00:00", "2026-10-31 00:00"),
        ("* * * 15W * ?", "2026-08-14 00:00", "2026-08-15 00:00"),
        ("* * * 15W * ?", "2026-11-16 00:00", "2026-11-15 00:00"),
        ("* * * 15W * ?", "2026-12-15 00:00", "2026-12-14 00:00"),
        ("* * * 1W * ?", "2026-08-03 00:00", "2026-08-01 00:00"),
        ("* * * 31W * ?", "2026-05-29 00:00", "2026-05-31 00:00"),
        ("* * * ? * L", "2026-11-28 00:00", "2026-11-27 00:00"),
        ("* * * ? * 6L", "2026-11-27 00:00", "2026-11-20 00:00"),
        ("* * * ? * 6#3", "2026-11-20 00:00", "2026-11-13 00:00"),
        ("* * * ? * SUN,TUE", "2026-11-24 00:00", "2026-11-25 00:00"),
        ("* * * * * ? 2026-2027", "2027-01-01 00:00", "2028-01-01 00:00"),
    ],
)
def test_a_window_holds_the_minutes_that_its_expression_names(cron: str, inside: str, outside: str | None) -> None:
    window = Window.of(cron)
    assert window.contains(moment(inside))
    assert outside is None or not window.contains(moment(outside))


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("* * *", "expected 6 or 7 fields"),
        ("0 60 * * * ?", "60 is not within 0 to 59"),
        ("0 x * * * ?", "X is no number"),
        ("0 5- * * * ?", "nothing is no number"),
        ("0 */0 * * * ?", "*/0 is not within 0 to 59"),
        ("0 */x * * * ?", "*/X is not within 0 to 59"),
        ("0 * * * SMARCH ?", "SMARCH is no number or name"),
        ("0 * * xW * ?", "X is no number"),
        ("0 * * ? * 8", "8 is not within 1 to 7"),
        ("0 * * ? * 6#x", "X is no number"),
        ("0 * * * * ? 1969", "1969 is not within 1970 to 2199"),
    ],
)
def test_what_is_no_expression_is_refused_with_its_part(cron: str, said: str) -> None:
    with pytest.raises(ValueError, match=r"^Cron ") as refused:
        Window.of(cron)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("name", "hours"),
    [("UTC", 0), ("UTC+05:30", 5.5), ("UTC-03:00", -3), ("America/New_York", -5), ("PST", -8), ("EST", -5)],
)
def test_a_time_zone_is_known_by_place_offset_and_abbreviation(name: str, hours: float) -> None:
    there = dt.datetime(2026, 11, 24, 12, tzinfo=zone(name))
    assert there.utcoffset() == dt.timedelta(hours=hours)


@pytest.mark.parametrize("name", ["Nowhere/Land", "UTC+5", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"TimeZone .*: there is none of that name"):
        zone(name)
