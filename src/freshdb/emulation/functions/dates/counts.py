"""Dates as counts of days or seconds."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.coercions import to_int
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import DAY, date_of_day_number, day_number
from freshdb.emulation.functions.temporal.conversions import to_datetime
from freshdb.emulation.values import MICROSECONDS, Date


@function("TO_DAYS", args=1, kind="int")
def to_days(value: Any) -> int | None:
    """Return the number of days since year 0."""
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    return day_number(moment.year, moment.month, moment.day)


@function("FROM_DAYS", args=1, kind="date")
def from_days(value: Any) -> Date:
    """Return the date of a number of days since year 0."""
    return date_of_day_number(to_int(value))


@function("TO_SECONDS", args=1, kind="int")
def to_seconds(value: Any) -> int | None:
    """Return the number of seconds since year 0."""
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    days = day_number(moment.year, moment.month, moment.day)
    return (days * DAY + moment.of_day) // MICROSECONDS


@function("MAKEDATE", args=2, kind="date")
def makedate(year: Any, day: Any) -> Date | None:
    """Return the date of a day of the year."""
    first, count = to_int(year), to_int(day)
    if not 0 <= first <= 9999 or count <= 0:
        return None
    if first < 100:
        first += 2000 if first < 70 else 1900
    number = day_number(first, 1, 1) + count - 1
    if number > day_number(9999, 12, 31):
        return None
    return date_of_day_number(number)
