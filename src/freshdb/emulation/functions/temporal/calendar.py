"""The calendar as MySQL counts it, with a year 0 and dates of zeros."""

from __future__ import annotations

import datetime as dt

from freshdb.emulation.values import MICROSECONDS, Date, DateTime

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAY = 86_400 * MICROSECONDS


def is_leap(year: int) -> bool:
    """Tell whether a year has 366 days; the year 0 has not, as MySQL counts."""
    return year % 4 == 0 and (year % 100 != 0 or (year % 400 == 0 and year != 0))


def days_in_month(year: int, month: int) -> int:
    """Return how many days a month has."""
    return 29 if month == 2 and is_leap(year) else MONTH_DAYS[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Return the days since year 0, as `TO_DAYS` counts them, zero months and days too."""
    if year == 0 and month == 0:
        return 0
    total = 365 * year + 31 * (month - 1) + day
    if month <= 2 and year == 0:
        return total
    if month <= 2:
        year -= 1
    else:
        total -= (month * 4 + 23) // 10
    return total + year // 4 - ((year // 100 + 1) * 3) // 4


def date_of_day_number(number: int) -> Date:
    """Return the date of a day number; the zero date outside of 0000-12-31 … 9999-12-31."""
    if number <= 365 or number >= 3_652_500:
        return Date(0, 0, 0)
    found = dt.date.fromordinal(number - 365)
    return Date(found.year, found.month, found.day)


def weekday(year: int, month: int, day: int) -> int:
    """Return 0 for Monday … 6 for Sunday."""
    return (day_number(year, month, day) + 5) % 7


def is_possible(year: int, month: int, day: int, *, zero_parts: bool = True) -> bool:
    """Tell whether MySQL takes a date; parts may be zero where `zero_parts` says so."""
    if year == month == day == 0:
        return True
    if not zero_parts and (month == 0 or day == 0):
        return False
    return month == 0 or day <= days_in_month(year, month)


def from_micros(micros: int, fsp: int) -> DateTime:
    """Return the datetime so many microseconds after the zero day."""
    days, rest = divmod(micros, DAY)
    date = date_of_day_number(days)
    seconds, micro = divmod(rest, MICROSECONDS)
    return DateTime(
        date.year,
        date.month,
        date.day,
        seconds // 3600,
        seconds // 60 % 60,
        seconds % 60,
        micro,
        fsp,
    )


def to_micros(moment: DateTime) -> int:
    """Return the microseconds since the zero day."""
    return day_number(moment.year, moment.month, moment.day) * DAY + moment.of_day
