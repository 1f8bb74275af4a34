"""Dates and times read from the digits of numbers."""

from __future__ import annotations

from decimal import Decimal

from freshdb.emulation.functions.temporal.calendar import is_possible
from freshdb.emulation.functions.temporal.time_texts import LONGEST_NUMBER, clip
from freshdb.emulation.values import LARGEST_TIME, MICROSECONDS, DateTime, Time, decimal_text


def datetime_of_number(value: int | Decimal, *, zero_parts: bool = True) -> DateTime | None:
    """Return the datetime that digits such as 240131 or 20240131101500.5 stand for."""
    whole = int(value)
    micro, fsp = _fraction_of(value)
    packed = _expand(whole) if value >= 0 else None
    if 0 < whole <= LONGEST_DATE:
        micro = 0
    if packed is None:
        return None
    day_part, clock = divmod(packed, 1_000_000)
    year, month, day = day_part // 10000, day_part // 100 % 100, day_part % 100
    hour, minute, second = clock // 10000, clock // 100 % 100, clock % 100
    if month > 12 or day > 31 or hour > 23 or minute > 59 or second > 59:
        return None
    if not is_possible(year, month, day, zero_parts=zero_parts):
        return None
    return DateTime(year, month, day, hour, minute, second, micro, fsp)


def _fraction_of(value: int | Decimal) -> tuple[int, int]:
    if value.__class__ is not Decimal:
        return 0, 0
    digits = decimal_text(abs(value)).partition(".")[2]
    return (int(digits[:6].ljust(6, "0")), min(len(digits), 6)) if digits else (0, 0)


LONGEST_DATE = 99_991_231
LONGEST_DATETIME = 99_999_999_999_999


def _expand(number: int) -> int | None:
    """Return YYYYMMDDhhmmss for a number that may be shorter, or None where MySQL finds none."""
    if number == 0 or 991_231_235_959 < number <= LONGEST_DATETIME:
        return number
    ranges = (
        (101, 691_231, 20_000_000, 1_000_000),
        (700_101, 991_231, 19_000_000, 1_000_000),
        (10_000_101, 99_991_231, 0, 1_000_000),
        (101_000_000, 691_231_235_959, 20_000_000_000_000, 1),
        (700_101_000_000, 991_231_235_959, 19_000_000_000_000, 1),
    )
    for low, high, base, factor in ranges:
        if low <= number <= high:
            return (number + base) * factor
    return None


def time_of_number(value: int | Decimal) -> Time | None:
    """Return the time that digits such as 101500 stand for; of long ones that of the datetime."""
    size = abs(int(value))
    if size > LONGEST_DATETIME and isinstance(value, int) and not _is_clock(size):
        return None
    if size > LONGEST_DATETIME or (value < 0 and size > LONGEST_NUMBER):
        return clip(Time((LARGEST_TIME + MICROSECONDS) * (-1 if value < 0 else 1)), value)
    if size > 9_999_999 and value > 0:
        moment = datetime_of_number(value)
        return Time(moment.of_day, moment.fsp) if moment else None
    found = duration_of_number(value)
    return clip(found, value) if found else None


def _is_clock(number: int) -> bool:
    return number // 100 % 100 < 60 and number % 100 < 60


def duration_of_number(value: int | Decimal) -> Time | None:
    """Return the time of digits, which may be longer than one of type TIME can be."""
    size = abs(int(value))
    micro, fsp = _fraction_of(value)
    if size > LONGEST_NUMBER:
        moment = datetime_of_number(value)
        return Time(moment.of_day, moment.fsp) if moment else None
    hours, minutes, seconds = size // 10000, size // 100 % 100, size % 100
    if minutes > 59 or seconds > 59:
        return None
    total = (hours * 3600 + minutes * 60 + seconds) * MICROSECONDS + micro
    return Time(-total if value < 0 else total, fsp)
