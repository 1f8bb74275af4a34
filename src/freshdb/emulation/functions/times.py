"""Functions on times: sums, differences, seconds."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters, scale_of, to_decimal, to_int
from freshdb.emulation.functions.context import warn
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import from_micros, to_micros
from freshdb.emulation.functions.temporal.conversions import to_datetime, to_duration, to_time
from freshdb.emulation.functions.temporal.datetime_texts import is_no_date, parse_datetime
from freshdb.emulation.functions.temporal.numbers import LONGEST_DATETIME
from freshdb.emulation.functions.temporal.time_texts import (
    LONGEST_NUMBER,
    clip,
    has_date_and_clock,
    parse_time,
)
from freshdb.emulation.values import MICROSECONDS, Date, DateTime, Moment, Time


@function("TIME", args=1, kind="time")
def time(value: Any) -> Time | None:
    """Return the time of a datetime."""
    return to_time(value)


@function("TIME_TO_SEC", args=1, kind="any")
def time_to_sec(value: Any) -> Any:
    """Return a time in seconds."""
    found = to_time(value)
    if found is None:
        return None
    if not found.fsp:
        return int(found.micros / MICROSECONDS)
    return Decimal(found.micros).scaleb(-6).quantize(Decimal(1).scaleb(-found.fsp))


@function("SEC_TO_TIME", args=1, kind="time")
def sec_to_time(value: Any) -> Time:
    """Return so many seconds as a time."""
    seconds = to_decimal(value)
    fsp = 6 if isinstance(value, (str, float)) else min(6, scale_of(seconds))
    if abs(seconds) > 10**10:
        seconds = Decimal(10**10 if seconds > 0 else -(10**10))
    return clip(Time(int(seconds * MICROSECONDS), fsp), value)


@function("MAKETIME", args=3, kind="time")
def maketime(hours: Any, minutes: Any, seconds: Any) -> Time | None:
    """Return the time of hours, minutes and seconds."""
    h, m, s = to_int(hours), to_int(minutes), to_decimal(seconds)
    if not (0 <= m <= 59 and 0 <= s < 60):
        return None
    size = (abs(h) * 60 + m) * 60 * MICROSECONDS + int(s * MICROSECONDS)
    fsp = 6 if isinstance(seconds, (str, float)) else min(6, scale_of(s))
    return clip(Time(-size if h < 0 else size, fsp), f"{h}:{m:02d}:{s}")


@function("ADDTIME", args=2, kind="any")
def addtime(value: Any, added: Any) -> Any:
    """Return a datetime or time plus a time."""
    return _sum(value, added, 1)


@function("SUBTIME", args=2, kind="any")
def subtime(value: Any, removed: Any) -> Any:
    """Return a datetime or time minus a time."""
    return _sum(value, removed, -1)


def _sum(value: Any, other: Any, sign: int) -> Any:
    base, as_text = _base(value)
    if base is None:
        return None
    more = strict_time(other)
    if more is None:
        return None
    found = add_time(base, Time(sign * more.micros, more.fsp))
    if found is None:
        return None
    if not as_text:
        return found
    return Moment(_shown(found) if isinstance(value, (str, bytes)) else str(found))


def strict_time(value: Any) -> Time | None:
    """Return the time of an argument that must not be a datetime; it may be of any length."""
    if isinstance(value, (Date, DateTime)):
        return None
    if isinstance(value, (str, bytes)) and _is_dated(characters(value)):
        return None
    if isinstance(value, (int, float, Decimal)) and value > LONGEST_NUMBER:
        return None
    return to_duration(value)


_DASHED = re.compile(r"\s*-?\d+-")


def _is_dated(shown: str) -> bool:
    """Tell whether a text is, or begins as, a date."""
    return _DASHED.match(shown) is not None or _datetime_of(shown) is not None


def _base(value: Any) -> tuple[DateTime | Time | None, bool]:
    """Return what is added to, and whether the sum is text, as it was."""
    if isinstance(value, (DateTime, Date)):
        return to_datetime(value), False
    if isinstance(value, Time):
        return value, False
    if isinstance(value, Moment) and not value.has_time:
        return to_datetime(str(value)), True
    if isinstance(value, (str, bytes)):
        shown = characters(value)
        moment = _datetime_of(shown)
        if moment is None and is_no_date(shown):
            return None, True
        return moment or parse_time(shown), True
    if 9_999_999 < value <= LONGEST_DATETIME:
        return to_datetime(value), True
    found = to_time(value)
    return (replace(found, fsp=6) if found and isinstance(value, float) else found), True


def _datetime_of(shown: str) -> DateTime | None:
    """Return the datetime of a text that is long enough for one."""
    found = parse_datetime(shown, loud=False) if has_date_and_clock(shown) else None
    return found[0] if found else None


def _shown(value: DateTime | Time) -> str:
    """Return the text of a sum of texts: six digits after the point, or none."""
    micro = value.micro if isinstance(value, DateTime) else value.parts[3]
    return str(replace(value, fsp=6 if micro else 0))


def add_time(base: DateTime | Time, more: Time) -> DateTime | Time | None:
    """Return a datetime or time plus a time; a time is clipped, a datetime may leave its range."""
    fsp = max(base.fsp, more.fsp)
    if isinstance(base, Time):
        return clip(Time(base.micros + more.micros, fsp), Time(base.micros + more.micros, fsp))
    found = from_micros(to_micros(base) + more.micros, fsp)
    if found.month == 0:
        warn(1441, "Datetime function: datetime field overflow")
        return None
    return found


@function("TIMEDIFF", args=2, kind="time")
def timediff(one: Any, other: Any) -> Time | None:
    """Return the time between two datetimes or two times; of one and the other kind NULL."""
    if (one.__class__ is Date) is not (other.__class__ is Date):
        return None
    a, b = _operand(one), _operand(other)
    if a is None or b is None or a.__class__ is not b.__class__:
        return None
    fsp = max(a.fsp, b.fsp)
    difference = Time(_micros(a) - _micros(b), fsp)
    return clip(difference, difference)


def _operand(value: Any) -> DateTime | Time | None:
    return _base(value)[0]


def _micros(value: DateTime | Time) -> int:
    return value.micros if isinstance(value, Time) else to_micros(value)


@function("TIMESTAMP", args=(1, 2), kind="datetime")
def timestamp(value: Any, added: Any = None) -> DateTime | None:
    """Return a datetime, with a time added if there is one."""
    moment = to_datetime(value)
    if moment is None or added is None:
        return moment
    more = strict_time(added)
    if more is None:
        return None
    found = add_time(moment, more)
    return found if isinstance(found, DateTime) else None
