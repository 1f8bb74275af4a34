"""Dates and timestamps made of numbers."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError

_EPOCH = dt.datetime(1970, 1, 1)


@function("make_date")
def make_date(year: int, month: int, day: int) -> str:
    """Return a date."""
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        text = f"date field value out of range: {year}-{month:02d}-{day:02d}"
        raise PostgresError("22008", text) from None


@function("make_stamp")
def make_stamp(year: int, month: int, day: int, hour: int, minute: int, seconds: float) -> str:
    """Return a timestamp."""
    try:
        micros = round(seconds * 1_000_000)
        moment = dt.datetime(year, month, day, hour, minute) + dt.timedelta(microseconds=micros)
    except (ValueError, OverflowError):
        text = f"date field value out of range: {year}-{month:02d}-{day:02d}"
        raise PostgresError("22008", text) from None
    return v.stamp_text(moment)


@function("make_time")
def make_time(hour: int, minute: int, seconds: float) -> str:
    """Return a time of the day."""
    try:
        whole = dt.datetime.combine(_EPOCH, dt.time(hour, minute))
    except ValueError:
        text = f"time field value out of range: {hour:02d}:{minute:02d}"
        raise PostgresError("22008", text) from None
    return (whole + dt.timedelta(microseconds=round(seconds * 1_000_000))).time().isoformat()


@function("from_epoch")
def from_epoch(seconds: float) -> str:
    """Return the timestamp of so many seconds since 1970."""
    micros = int((Decimal(seconds) * 1_000_000).quantize(Decimal(1), ROUND_HALF_EVEN))
    try:
        return v.stamp_text(_EPOCH + dt.timedelta(microseconds=micros))
    except OverflowError:
        raise PostgresError("22008", f'timestamp out of range: "{seconds:g}"') from None


@function("date_bin")
def date_bin(step: str, value: str, origin: str) -> str:
    """Return the start of the step that a timestamp falls into."""
    months, days, micros = intervals.parts(step)
    if months:
        text = "timestamps cannot be binned into intervals containing months or years"
        raise PostgresError("0A000", text)
    size = days * intervals.DAY + micros
    if size <= 0:
        raise PostgresError("22008", "stride must be greater than zero")
    start = v.stamp(origin)
    span = (v.stamp(value) - start) // dt.timedelta(microseconds=1)
    return v.stamp_text(start + dt.timedelta(microseconds=span // size * size))


@function("isfinite")
def isfinite(value: str) -> int:
    """Return true: what is infinite is refused beforehand."""
    return 1
