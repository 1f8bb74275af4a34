"""Dates and timestamps: moved, subtracted, truncated, and their parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import PostgresError, numeric_text
from freshdb.errors import EmulationError


@function("add_interval")
def add_interval(value: str, stored: str, sign: int) -> str:
    """Return a timestamp plus or minus an interval: months first, ending where they end."""
    months, days, micros = v.interval_parts(stored)
    moment = v.stamp(value)
    total = moment.year * 12 + moment.month - 1 + sign * months
    year, month = divmod(total, 12)
    try:
        last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(1)).day
        moment = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
        return v.stamp_text(moment + sign * dt.timedelta(days=days, microseconds=micros))
    except (ValueError, OverflowError):
        raise PostgresError("22008", "timestamp out of range") from None


@function("between_stamps")
def between_stamps(one: str, other: str) -> str:
    """Return `timestamp - timestamp`: days and microseconds."""
    micros = (v.stamp(one) - v.stamp(other)) // dt.timedelta(microseconds=1)
    days = int(micros / v.DAY)
    return f"0 {days} {micros - days * v.DAY}"


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


@function("trunc_stamp")
def trunc_stamp(unit: str, value: str) -> str:
    """Return `date_trunc(unit, value)`."""
    moment = v.stamp(value)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    forms: dict[str, Callable[[], dt.datetime]] = {
        "microseconds": lambda: moment,
        "second": lambda: moment.replace(microsecond=0),
        "minute": lambda: moment.replace(second=0, microsecond=0),
        "hour": lambda: moment.replace(minute=0, second=0, microsecond=0),
        "day": lambda: day,
        "week": lambda: day - dt.timedelta(days=day.weekday()),
        "month": lambda: day.replace(day=1),
        "quarter": lambda: day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
        "year": lambda: day.replace(day=1, month=1),
    }
    form = forms.get(unit.lower())
    if form is None:
        raise EmulationError(f"date_trunc('{unit}') is not supported", hint="truncate in Python")
    return v.stamp_text(form())


PARTS: dict[str, Callable[[dt.datetime], Any]] = {
    "year": lambda m: m.year, "month": lambda m: m.month, "day": lambda m: m.day,
    "hour": lambda m: m.hour, "minute": lambda m: m.minute,
    "quarter": lambda m: (m.month + 2) // 3, "dow": lambda m: m.isoweekday() % 7,
    "isodow": lambda m: m.isoweekday(), "doy": lambda m: m.timetuple().tm_yday,
    "week": lambda m: m.isocalendar()[1], "isoyear": lambda m: m.isocalendar()[0],
    "second": lambda m: Decimal(m.second * 1_000_000 + m.microsecond).scaleb(-6),
    "epoch": lambda m: Decimal(
        (m - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    ).scaleb(-6),
}  # fmt: skip


@function("part")
def part(unit: str, value: str) -> str:
    """Return `EXTRACT(unit FROM value)`, a numeric."""
    found = PARTS[unit](v.stamp(value))
    return numeric_text(found) if isinstance(found, Decimal) else str(found)
