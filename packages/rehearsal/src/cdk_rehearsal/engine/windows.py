"""Deployment windows: the minutes that a cron expression of the DeploymentWindow rule names, in a time zone.

Rules: "DeploymentWindow" in the CodePipeline user guide. Fields: seconds (not looked at), minutes, hours, day of month,
month, day of week (1 is Sunday), and a year if one is wanted.
"""

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

FIELDS = (6, 7)
MONTHS = MappingProxyType({name.upper(): number for number, name in enumerate(calendar.month_abbr) if name})
DAYS = MappingProxyType({"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7})
NO_NAMES: Mapping[str, int] = MappingProxyType({})
YEARS = (1970, 2199)
OFFSET = re.compile(r"UTC(?:(?P<sign>[+-])(?P<hours>\d{2}):(?P<minutes>\d{2}))?")
# What Java, in whose zones the rule is read, makes of abbreviations that are no names of the time zone database.
ABBREVIATIONS = MappingProxyType(
    {
        "ACT": "Australia/Darwin",
        "AET": "Australia/Sydney",
        "BST": "Asia/Dhaka",
        "CST": "America/Chicago",
        "IST": "Asia/Kolkata",
        "JST": "Asia/Tokyo",
        "NST": "Pacific/Auckland",
        "PST": "America/Los_Angeles",
    }
)


def zone(name: str) -> dt.tzinfo:
    """Return the time zone of a rule: a Region/City, UTC with or without an offset, or an abbreviation.

    Raises:
        ValueError: there is none of that name.
    """
    offset = OFFSET.fullmatch(name)
    if offset:
        shift = dt.timedelta(hours=int(offset["hours"] or 0), minutes=int(offset["minutes"] or 0))
        return dt.timezone(-shift if offset["sign"] == "-" else shift)
    try:
        return ZoneInfo(ABBREVIATIONS.get(name, name))
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(
            f"TimeZone {name}: there is none of that name; as in America/New_York, UTC+05:30 or PST"
        ) from None


@dataclass(frozen=True, kw_only=True)
class Window:
    """When a deployment is allowed, to the minute."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: str
    months: frozenset[int]
    weekdays: str
    years: frozenset[int] | None

    @classmethod
    def of(cls, cron: str) -> "Window":
        """Read a cron expression.

        Raises:
            ValueError: it is none, and why.
        """
        fields = cron.upper().split()
        if len(fields) not in FIELDS:
            raise ValueError(f"Cron {cron}: expected 6 or 7 fields, as in 0 0 9-17 ? * MON-FRI *")
        try:
            found = cls(
                minutes=_values(fields[1], 0, 59),
                hours=_values(fields[2], 0, 23),
                days=fields[3],
                months=_values(fields[4], 1, 12, MONTHS),
                weekdays=fields[5],
                years=_values(fields[6], *YEARS) if len(fields) > FIELDS[0] else None,
            )
            _days(found.days, dt.date(YEARS[0], 1, 1))
            _weekdays(found.weekdays, dt.date(YEARS[0], 1, 1))
        except ValueError as wrong:
            raise ValueError(f"Cron {cron}: {wrong}") from None
        return found

    def contains(self, moment: dt.datetime) -> bool:
        """Say whether a deployment is allowed at ``moment``."""
        return (
            moment.minute in self.minutes
            and moment.hour in self.hours
            and moment.month in self.months
            and (self.years is None or moment.year in self.years)
            and moment.day in _days(self.days, moment.date())
            and moment.day in _weekdays(self.weekdays, moment.date())
        )


def _values(text: str, least: int, most: int, names: Mapping[str, int] = NO_NAMES) -> frozenset[int]:
    """The numbers that a field lists: ``*``, single ones, ranges, and steps behind a slash."""
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        low = least if first == "*" else _number(first, names)
        high = _number(last, names) if dash else most if first == "*" or step else low
        if not (least <= low <= most and least <= high <= most) or (step and not step.isdigit()) or step == "0":
            raise ValueError(f"{part} is not within {least} to {most}")
        # A range may go over the end, as from Friday to Monday.
        numbers = range(low, high + 1) if low <= high else [*range(low, most + 1), *range(least, high + 1)]
        found.update(list(numbers)[:: int(step or 1)])
    return frozenset(found)


def _number(text: str, names: Mapping[str, int]) -> int:
    if text in names:
        return names[text]
    if not text.isdigit():
        raise ValueError(f"{text or 'nothing'} is no number{' or name' if names else ''}")
    return int(text)


def _days(text: str, date: dt.date) -> frozenset[int]:
    """The days of a month that the field of that name lists."""
    last = calendar.monthrange(date.year, date.month)[1]
    if text == "?":
        return frozenset(range(1, last + 1))
    found: set[int] = set()
    for part in text.split(","):
        if part == "LW":
            found.add(_nearest_weekday(date, last))
        elif part.startswith("L"):
            found.add(last - (_number(part[2:], NO_NAMES) if part.startswith("L-") else 0))
        elif part.endswith("W"):
            found.add(_nearest_weekday(date, min(_number(part[:-1], NO_NAMES), last)))
        else:
            found |= _values(part, 1, 31)
    return frozenset(found)


def _nearest_weekday(date: dt.date, day: int) -> int:
    """Monday to Friday nearest to a day, without leaving its month."""
    last = calendar.monthrange(date.year, date.month)[1]
    weekday = calendar.weekday(date.year, date.month, day)
    if weekday == calendar.SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == calendar.SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def _weekdays(text: str, date: dt.date) -> frozenset[int]:
    """The days of a month that fall on what the field for days of the week lists."""
    last = calendar.monthrange(date.year, date.month)[1]
    # 1 is Sunday here and 6 is Sunday in Python's calendar.
    days = {day: (calendar.weekday(date.year, date.month, day) + 1) % 7 + 1 for day in range(1, last + 1)}
    if text == "?":
        return frozenset(days)
    found: set[int] = set()
    for part in text.split(","):
        name, hash_, number = part.partition("#")
        wanted = name.removesuffix("L") if name != "L" else "SAT"
        numbers = _values(wanted, 1, 7, DAYS)
        matching = [day for day, weekday in days.items() if weekday in numbers]
        if hash_:
            place = _number(number, NO_NAMES)
            found.update(matching[place - 1 : place])
        else:
            found.update(matching[-1:] if name not in {wanted, "L"} else matching)
    return frozenset(found)
