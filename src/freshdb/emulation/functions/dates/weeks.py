"""The numbers of weeks, by all modes of `WEEK`."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.coercions import to_int
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import day_number
from freshdb.emulation.functions.temporal.conversions import to_datetime
from freshdb.emulation.values import DateTime


def week_of(moment: DateTime, mode: int) -> tuple[int, int]:
    """Return the year and number of the week of a date, by a mode of `WEEK` from 0 to 7.

    Bit 1 of the mode: weeks begin on Monday. Bit 2: weeks are 1 to 53, and the first days of a
    year may belong to the one before. Bit 4: week 1 is the first with the first weekday in it,
    and not the first with four days or more.
    """
    monday_first, weeks_of_year, first_weekday = bool(mode & 1), bool(mode & 2), bool(mode & 4)
    today = day_number(moment.year, moment.month, moment.day)
    first = day_number(moment.year, 1, 1)
    start = _first_day_of_week(first, monday_first=monday_first)
    year = moment.year
    if moment.month == 1 and moment.day <= 7 - start:
        if not weeks_of_year and (start != 0 if first_weekday else start >= 4):
            return year, 0
        weeks_of_year = True
        if start != 0 if first_weekday else start >= 4:
            year -= 1
            length = 366 if day_number(year + 1, 1, 1) - day_number(year, 1, 1) == 366 else 365
            first -= length
            start = (start + 53 * 7 - length) % 7
    days = today - (
        first + 7 - start if _starts_later(start, first_weekday=first_weekday) else first - start
    )
    if weeks_of_year and days >= 52 * 7:
        start = (
            start + (366 if day_number(year + 1, 1, 1) - day_number(year, 1, 1) == 366 else 365)
        ) % 7
        if not _starts_later(start, first_weekday=first_weekday):
            return year + 1, 1
    return year, days // 7 + 1


def _starts_later(start: int, *, first_weekday: bool) -> bool:
    """Tell whether week 1 begins after the first of January's own week."""
    return start != 0 if first_weekday else start >= 4


def _first_day_of_week(number: int, *, monday_first: bool) -> int:
    """Return the place of a day in its week, from 0."""
    return (number + 5 + (0 if monday_first else 1)) % 7


def week_mode(mode: int) -> int:
    """Return the bits that `week_of` reads: with Sunday first, the server turns one around."""
    bits = mode & 7
    return bits if bits & 1 else bits ^ 4


@function("WEEK", args=(1, 2), kind="int", strict=False)
def week(value: Any, mode: Any = 0) -> int | None:
    """Return the number of the week."""
    if value is None:
        return None
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    return week_of(moment, week_mode(to_int(mode or 0)))[1]


@function("WEEKOFYEAR", args=1, kind="int")
def week_of_year(value: Any) -> int | None:
    """Return the number of the week, 1 to 53, by ISO's rules."""
    return week(value, 3)


@function("YEARWEEK", args=(1, 2), kind="int", strict=False)
def yearweek(value: Any, mode: Any = 0) -> int | None:
    """Return year and week as one number."""
    if value is None:
        return None
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    year, number = week_of(moment, week_mode(to_int(mode or 0)) | 2)
    return year * 100 + number
