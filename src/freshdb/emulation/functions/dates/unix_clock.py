"""The seconds of the Unix clock, and time zones, which go by it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import to_decimal
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.date_formats import date_format
from freshdb.emulation.functions.dates.now import from_clock
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.conversions import to_datetime
from freshdb.emulation.functions.temporal.zones import find_zone, zone
from freshdb.emulation.values import MICROSECONDS, DateTime

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST_SECOND = {"mariadb": 2**31 - 1, "mysql8": 32_536_771_199}


@function("UNIX_TIMESTAMP", args=(0, 1), kind="any", context=True)
def unix_timestamp(context: Context, *values: Any) -> int | Decimal | None:
    """Return the seconds since 1970, of now or of a datetime in the session's time zone."""
    if not values:
        return (context.now() - _EPOCH) // dt.timedelta(seconds=1)
    moment = to_datetime(values[0])
    if moment is None:
        return None
    if not moment.month or not moment.day:
        return 0 if context.is_mysql8 else None
    return _seconds_of(context, moment, values[0])


def _seconds_of(context: Context, moment: DateTime, value: Any) -> int | Decimal | None:
    local = dt.datetime(
        max(moment.year, 1), moment.month, moment.day, moment.hour, moment.minute, moment.second
    )
    aware = local.replace(tzinfo=zone(context.time_zone))
    seconds = (aware - _EPOCH) // dt.timedelta(seconds=1)
    if not 0 <= seconds <= _LAST_SECOND[context.flavor]:
        return None if not context.is_mysql8 else 0
    if not moment.fsp:
        return seconds
    return Decimal(f"{seconds}.{moment.micro:06d}"[: moment.fsp - 6 or None])


@function("FROM_UNIXTIME", args=(1, 2), kind="any", context=True)
def from_unixtime(context: Context, seconds: Any, pattern: Any = None) -> Any:
    """Return the datetime so many seconds after 1970, by a format if there is one."""
    found = to_decimal(seconds)
    limit = _LAST_SECOND[context.flavor]
    if found < 0 or found >= limit + 1:
        return None
    fsp = _digits(found)
    if isinstance(seconds, (str, float)):
        fsp = 6 if found % 1 else 0
    whole = int(found)
    micro = int((found - whole) * MICROSECONDS)
    moment = (_EPOCH + dt.timedelta(seconds=whole)).astimezone(zone(context.time_zone))
    value = from_clock(moment.replace(microsecond=micro), fsp)
    if pattern is None:
        return value
    return date_format(value, pattern)


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return min(6, max(0, -exponent))


@function("CONVERT_TZ", args=3, kind="datetime")
def convert_tz(value: Any, source: Any, target: Any) -> DateTime | None:
    """Return a datetime of one time zone as it is in another."""
    moment = to_datetime(value, zero_parts=False)
    one, other = find_zone(str(source)), find_zone(str(target))
    if moment is None or one is None or other is None or not moment.month:
        return None
    local = dt.datetime(
        max(moment.year, 1), moment.month, moment.day,
        moment.hour, moment.minute, moment.second, moment.micro, tzinfo=one,
    )  # fmt: skip
    seconds = (local - _EPOCH) // dt.timedelta(seconds=1)
    if not 0 <= seconds <= _LAST_SECOND[active.context.flavor]:
        return moment
    return from_clock(local.astimezone(other), moment.fsp)
