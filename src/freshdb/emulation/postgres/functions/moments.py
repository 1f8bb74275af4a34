"""Dates and timestamps: moved, subtracted, truncated, and their parts."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError


@function("add_interval")
def add_interval(value: str, stored: str, sign: int) -> str:
    """Return a timestamp plus or minus an interval: months first, ending where they end."""
    months, days, micros = intervals.parts(stored)
    moment = v.stamp(value)
    total = moment.year * 12 + moment.month - 1 + sign * months
    year, month = divmod(total, 12)
    try:
        if months:
            last = calendar.monthrange(year, month + 1)[1]
            moment = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
        return v.stamp_text(moment + sign * dt.timedelta(days=days, microseconds=micros))
    except (ValueError, OverflowError):
        raise PostgresError("22008", "timestamp out of range") from None


@function("between_stamps")
def between_stamps(one: str, other: str) -> str:
    """Return `timestamp - timestamp`: days and microseconds."""
    micros = (v.stamp(one) - v.stamp(other)) // dt.timedelta(microseconds=1)
    days = int(micros / intervals.DAY)
    return f"0 {days} {micros - days * intervals.DAY}"


@function("days_between")
def days_between(one: str, other: str) -> int:
    """Return `date - date`."""
    return (v.date_of(one) - v.date_of(other)).days


@function("add_days")
def add_days(value: str, days: int) -> str:
    """Return `date + integer`."""
    try:
        return (v.date_of(value) + dt.timedelta(days=days)).isoformat()
    except OverflowError:
        raise PostgresError("22008", "date out of range") from None


_SHORT = {
    "years": "year", "yr": "year", "y": "year", "mon": "month", "mons": "month", "d": "day",
    "h": "hour", "hr": "hour", "min": "minute", "m": "minute", "s": "second", "sec": "second",
    "ms": "millisecond", "us": "microsecond", "msec": "millisecond", "w": "week",
    "centuries": "century", "millennia": "millennium", "dec": "decade", "qtr": "quarter",
}  # fmt: skip


def unit_of(word: str, known: Any) -> str:
    """Return the unit that a word means; the server takes plurals and abbreviations too."""
    lower = word.strip().lower()
    if lower in known:
        return lower
    return _SHORT.get(lower) or _SHORT.get(lower.rstrip("s")) or lower.removesuffix("s")


def _in_year(day: dt.datetime, year: int) -> dt.datetime:
    if year < 1:
        raise EmulationError("years before 1 are not supported", hint="use a real Postgres")
    return day.replace(day=1, month=1, year=year)


@function("trunc_stamp")
def trunc_stamp(unit: str, value: str) -> str:
    """Return `date_trunc(unit, value)`."""
    moment = v.stamp(value)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    forms: dict[str, Callable[[], dt.datetime]] = {
        "microsecond": lambda: moment,
        "millisecond": lambda: moment.replace(microsecond=moment.microsecond // 1000 * 1000),
        "second": lambda: moment.replace(microsecond=0),
        "minute": lambda: moment.replace(second=0, microsecond=0),
        "hour": lambda: moment.replace(minute=0, second=0, microsecond=0),
        "day": lambda: day,
        "week": lambda: day - dt.timedelta(days=day.weekday()),
        "month": lambda: day.replace(day=1),
        "quarter": lambda: day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
        "year": lambda: day.replace(day=1, month=1),
        "decade": lambda: _in_year(day, day.year // 10 * 10),
        "century": lambda: _in_year(day, (day.year - 1) // 100 * 100 + 1),
        "millennium": lambda: _in_year(day, (day.year - 1) // 1000 * 1000 + 1),
    }
    form = forms.get(unit_of(unit, forms))
    if form is None:
        text = f'unit "{unit}" not recognized for type timestamp'
        raise PostgresError("22023", text)
    return v.stamp_text(form())
