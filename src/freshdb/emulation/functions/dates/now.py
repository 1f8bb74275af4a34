"""The present moment."""

from __future__ import annotations

import datetime as dt
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.zones import local_now, zone
from freshdb.emulation.values import Date, DateTime, Time


def from_clock(moment: dt.datetime, fsp: int) -> DateTime:
    """Return a moment of Python's as a datetime with so many fraction digits."""
    unit = 10 ** (6 - fsp)
    micro = moment.microsecond // unit * unit
    return DateTime(
        moment.year, moment.month, moment.day,
        moment.hour, moment.minute, moment.second, micro, fsp,
    )  # fmt: skip


def _precision(fsp: Any, name: str) -> int:
    if not 0 <= fsp <= 6:
        text = f"Too big precision specified for '{name}'. Maximum is 6"
        raise MySQLError(1426, "42000", text)
    return int(fsp)


@function(
    "NOW", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
    args=(0, 1), kind="datetime", context=True,
)  # fmt: skip
def now(context: Context, fsp: Any = 0) -> DateTime:
    """Return the moment when the statement began, in the session's time zone."""
    return from_clock(local_now(), _precision(fsp, "current_timestamp"))


@function("SYSDATE", args=(0, 1), kind="datetime", context=True)
def sysdate(context: Context, fsp: Any = 0) -> DateTime:
    """Return this very moment, which moves on within a statement."""
    moment = context.clock()
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return from_clock(aware.astimezone(zone(context.time_zone)), _precision(fsp, "sysdate"))


@function("UTC_TIMESTAMP", args=(0, 1), kind="datetime", context=True)
def utc_timestamp(context: Context, fsp: Any = 0) -> DateTime:
    """Return the moment when the statement began, in UTC."""
    return from_clock(context.now().astimezone(dt.UTC), _precision(fsp, "utc_timestamp"))


@function("CURDATE", "CURRENT_DATE", args=0, kind="date", context=True)
def curdate(context: Context) -> Date:
    """Return today's date."""
    return now(context).date


@function("UTC_DATE", args=0, kind="date", context=True)
def utc_date(context: Context) -> Date:
    """Return today's date in UTC."""
    return utc_timestamp(context).date


@function("CURTIME", "CURRENT_TIME", args=(0, 1), kind="time", context=True)
def curtime(context: Context, fsp: Any = 0) -> Time:
    """Return the time of day."""
    return Time(now(context, fsp).of_day, fsp)


@function("UTC_TIME", args=(0, 1), kind="time", context=True)
def utc_time(context: Context, fsp: Any = 0) -> Time:
    """Return the time of day in UTC."""
    return Time(utc_timestamp(context, fsp).of_day, fsp)
