"""Any value as a date, a datetime or a time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.temporal.calendar import DAY, day_number, from_micros, is_possible
from freshdb.emulation.functions.temporal.datetime_texts import parse_datetime, warn_incorrect
from freshdb.emulation.functions.temporal.numbers import (
    datetime_of_number,
    duration_of_number,
    time_of_number,
)
from freshdb.emulation.functions.temporal.time_texts import duration_of_text, parse_time
from freshdb.emulation.functions.temporal.zones import local_now
from freshdb.emulation.values import Date, DateTime, Json, Moment, Time


def _number_for_date(value: Any) -> int | Decimal:
    if value.__class__ is float:
        return Decimal(repr(value)) if value % 1 else int(value)
    return value


def to_datetime(value: Any, *, zero_parts: bool = True, loud: bool = True) -> DateTime | None:
    """Return any value as a datetime, or None with a warning; a time counts from today."""
    kind = value.__class__
    if kind is DateTime or kind is Date:
        if not is_possible(value.year, value.month, value.day, zero_parts=zero_parts):
            if loud:
                warn_incorrect("datetime", value)
            return None
        return value if kind is DateTime else DateTime(value.year, value.month, value.day)
    if kind is Moment:
        value, kind = str(value), str
    if kind is str or kind is bytes or kind is Json:
        found = parse_datetime(characters(value), zero_parts=zero_parts, loud=loud)
        return found[0] if found else None
    if kind is Time:
        return datetime_of_time(value)
    moment = datetime_of_number(_number_for_date(value), zero_parts=zero_parts)
    if moment is None and loud:
        warn_incorrect("datetime", value)
    return moment


def datetime_of_time(value: Time) -> DateTime:
    """Return today at midnight plus a time."""
    today = local_now().date()
    return from_micros(
        day_number(today.year, today.month, today.day) * DAY + value.micros, value.fsp
    )


def to_date(value: Any, *, zero_parts: bool = True, loud: bool = True) -> Date | None:
    """Return any value as a date, or None with a warning."""
    moment = to_datetime(value, zero_parts=zero_parts, loud=loud)
    return moment.date if moment else None


def to_time(value: Any, *, loud: bool = True) -> Time | None:
    """Return any value as a time, or None with a warning."""
    kind = value.__class__
    if kind is Time:
        return value
    if kind is Moment:
        return parse_time(str(value), loud=loud) if value.has_time else Time(0)
    if kind is DateTime:
        return Time(value.of_day, value.fsp)
    if kind is Date:
        return Time(0)
    if kind is str or kind is bytes or kind is Json:
        return parse_time(characters(value), loud=loud)
    found = time_of_number(_number_for_date(value))
    if found is None and loud:
        warn_incorrect("time", value)
    return _with_digits_of(value, found)


def _with_digits_of(value: Any, found: Time | None) -> Time | None:
    """Return the time of a number with as many digits as the number has: six of a double."""
    if found is None or value.__class__ is int:
        return found
    if value.__class__ is float:
        return Time(found.micros, 6)
    digits = -int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    return Time(found.micros, max(found.fsp, min(digits, 6)))


def to_duration(value: Any) -> Time | None:
    """Return any value as a time of any length, or None with a warning."""
    kind = value.__class__
    if kind is Moment:
        return to_time(value)
    if kind is str or kind is bytes or kind is Json:
        return duration_of_text(characters(value))
    if kind in (Time, DateTime, Date):
        return to_time(value)
    found = duration_of_number(_number_for_date(value))
    if found is None:
        warn_incorrect("time", value)
    return _with_digits_of(value, found)
