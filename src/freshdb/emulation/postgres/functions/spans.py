"""Calculations with intervals, and the times of the day."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_EVEN, Decimal

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError

DAYS_PER_MONTH, SECONDS_PER_DAY = 30, 86400


@function("interval_add")
def interval_add(one: str, other: str, sign: int) -> str:
    """Return one interval plus or minus another."""
    pairs = zip(intervals.parts(one), intervals.parts(other), strict=True)
    return intervals.stored(*(a + sign * b for a, b in pairs))


@function("interval_times")
def interval_times(stored: str, factor: float) -> str:
    """Return an interval by a factor; what is left of months becomes days, and of days time."""
    return _scaled(stored, Decimal(factor))


@function("interval_over")
def interval_over(stored: str, divisor: float) -> str:
    """Return an interval divided."""
    if not divisor:
        raise PostgresError("22012", "division by zero")
    return _scaled(stored, v.EXACT.divide(Decimal(1), Decimal(divisor)))


def _scaled(stored: str, factor: Decimal) -> str:
    months, days, micros = (Decimal(one) * factor for one in intervals.parts(stored))
    whole_months, whole_days = int(_near(months)), int(_near(days))
    more = _near((months - whole_months) * DAYS_PER_MONTH)
    seconds = (days - whole_days + more - int(more)) * SECONDS_PER_DAY
    seconds = seconds.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
    # A whole day that rounding has made counts as one.
    if abs(seconds) >= SECONDS_PER_DAY:
        carried = int(seconds / SECONDS_PER_DAY)
        whole_days += carried
        seconds -= carried * SECONDS_PER_DAY
    total = int((micros + seconds * 1_000_000).quantize(Decimal(1), ROUND_HALF_EVEN))
    return intervals.stored(whole_months, whole_days + int(more), total)


def _near(value: Decimal) -> Decimal:
    """Return a number without what a double's last digits add to it."""
    return value.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


@function("justify")
def justify(name: str, stored: str) -> str:
    """Return justify_days, justify_hours or justify_interval."""
    months, days, micros = intervals.parts(stored)
    if name in ("hours", "interval"):
        carried = _towards_zero(micros, intervals.DAY)
        days, micros = days + carried, micros - carried * intervals.DAY
    if name in ("days", "interval"):
        carried = _towards_zero(days, DAYS_PER_MONTH)
        months, days = months + carried, days - carried * DAYS_PER_MONTH
    if name == "interval":
        if months > 0 and (days < 0 or (days == 0 and micros < 0)):
            months, days = months - 1, days + DAYS_PER_MONTH
        elif months < 0 and (days > 0 or (days == 0 and micros > 0)):
            months, days = months + 1, days - DAYS_PER_MONTH
    if name != "days":
        if days > 0 and micros < 0:
            days, micros = days - 1, micros + intervals.DAY
        elif days < 0 and micros > 0:
            days, micros = days + 1, micros - intervals.DAY
    elif months > 0 and days < 0:
        months, days = months - 1, days + DAYS_PER_MONTH
    elif months < 0 and days > 0:
        months, days = months + 1, days - DAYS_PER_MONTH
    return intervals.stored(months, days, micros)


def _towards_zero(value: int, by: int) -> int:
    return abs(value) // by * (1 if value >= 0 else -1)


@function("make_interval")
def make_interval(
    years: int = 0, months: int = 0, weeks: int = 0, days: int = 0, hours: int = 0,
    minutes: int = 0, seconds: float = 0,
) -> str:  # fmt: skip
    """Return an interval of numbers."""
    clock = (hours * 60 + minutes) * 60_000_000 + round(seconds * 1_000_000)
    return intervals.stored(years * 12 + months, weeks * 7 + days, clock)


@function("trunc_interval")
def trunc_interval(unit: str, stored: str) -> str:
    """Return `date_trunc(unit, interval)`."""
    from freshdb.emulation.postgres.functions.moments import unit_of

    months, days, micros = intervals.parts(stored)
    of_months = {
        "millennium": 12000,
        "century": 1200,
        "decade": 120,
        "year": 12,
        "quarter": 3,
        "month": 1,
    }
    of_micros = {
        "hour": 3_600_000_000,
        "minute": 60_000_000,
        "second": 1_000_000,
        "millisecond": 1000,
    }
    name = unit_of(unit, {*of_months, *of_micros, "day", "microsecond", "week"})
    if name in of_months:
        by = of_months[name]
        return intervals.stored(_towards_zero(months, by) * by, 0, 0)
    if name == "day":
        return intervals.stored(months, days, 0)
    if name in of_micros:
        by = of_micros[name]
        return intervals.stored(months, days, _towards_zero(micros, by) * by)
    if name == "microsecond":
        return stored
    if name == "week":
        raise PostgresError("0A000", 'unit "week" not supported for type interval')
    raise PostgresError("22023", f'unit "{unit}" not recognized for type interval')


@function("time_add")
def time_add(value: str, stored: str, sign: int) -> str:
    """Return a time of the day, moved around the clock."""
    micros = sign * intervals.parts(stored)[2]
    moment = dt.datetime.combine(dt.date(2000, 1, 2), dt.time.fromisoformat(value))
    shift = micros % intervals.DAY
    return (moment + dt.timedelta(microseconds=shift)).time().isoformat()


@function("age")
def age(one: str, other: str) -> str:
    """Return `age(one, other)`: years, months and days as one counts them by the calendar."""
    later, earlier = v.stamp(one), v.stamp(other)
    sign = 1
    if later < earlier:
        later, earlier, sign = earlier, later, -1
    fields = [
        later.year - earlier.year, later.month - earlier.month, later.day - earlier.day,
        later.hour - earlier.hour, later.minute - earlier.minute, later.second - earlier.second,
        later.microsecond - earlier.microsecond,
    ]  # fmt: skip
    year, month, day, hour, minute, second, micro = fields
    clock = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro
    if clock < 0:
        clock, day = clock + intervals.DAY, day - 1
    while day < 0:
        day, month = day + _days_in(earlier), month - 1
    if month < 0:
        month, year = month + 12, year - 1
    return intervals.stored(sign * (year * 12 + month), sign * day, sign * clock)


def _days_in(moment: dt.datetime) -> int:
    following = dt.date(moment.year + moment.month // 12, moment.month % 12 + 1, 1)
    return (following - dt.timedelta(1)).day if moment.year < 9999 or moment.month < 12 else 31
