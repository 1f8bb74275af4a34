"""Fractions of a second, brought to the number of digits that a type has."""

from __future__ import annotations

from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.temporal.calendar import from_micros, to_micros
from freshdb.emulation.values import DateTime, Time


def _shorten(micros: int, fsp: int) -> int:
    """Return microseconds with `fsp` digits: MariaDB drops the others, MySQL 8 rounds them."""
    unit = 10 ** (6 - fsp)
    if active.context.is_mysql8:
        return (micros + unit // 2) // unit * unit
    return micros // unit * unit


def round_datetime(moment: DateTime, fsp: int) -> DateTime:
    """Return a datetime with `fsp` digits after the seconds."""
    if moment.micro % 10 ** (6 - fsp) == 0:
        return DateTime(
            moment.year, moment.month, moment.day,
            moment.hour, moment.minute, moment.second, moment.micro, fsp,
        )  # fmt: skip
    if not active.context.is_mysql8:
        micro = _shorten(moment.micro, fsp)
        return DateTime(
            moment.year, moment.month, moment.day,
            moment.hour, moment.minute, moment.second, micro, fsp,
        )  # fmt: skip
    return from_micros(_shorten(to_micros(moment), fsp), fsp)


def round_time(value: Time, fsp: int) -> Time:
    """Return a time with `fsp` digits after the seconds."""
    size = _shorten(abs(value.micros), fsp)
    return Time(-size if value.micros < 0 else size, fsp)
