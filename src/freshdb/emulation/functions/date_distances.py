"""How far two dates are apart."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.date_arithmetic import MONTHS_IN, UNITS, bare_unit
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import day_number, to_micros
from freshdb.emulation.functions.temporal.conversions import to_datetime
from freshdb.emulation.values import DateTime


@function("DATEDIFF", args=2, kind="int")
def datediff(one: Any, other: Any) -> int | None:
    """Return the days from the second date to the first."""
    a, b = to_datetime(one, zero_parts=False), to_datetime(other, zero_parts=False)
    if a is None or b is None or not a.month or not b.month:
        return None
    return day_number(a.year, a.month, a.day) - day_number(b.year, b.month, b.day)


@function("TIMESTAMPDIFF", args=3, kind="int")
def timestampdiff(unit: str, start: Any, end: Any) -> int | None:
    """Return the whole units from the first datetime to the second."""
    a, b = to_datetime(start, zero_parts=False), to_datetime(end, zero_parts=False)
    if a is None or b is None or not a.month or not b.month:
        return None
    name = bare_unit(unit)
    if name in MONTHS_IN:
        return _quotient(_months_between(a, b), MONTHS_IN[name])
    return _quotient(to_micros(b) - to_micros(a), UNITS[name])


def _quotient(value: int, unit: int) -> int:
    size = abs(value) // unit
    return -size if value < 0 else size


def _months_between(start: DateTime, end: DateTime) -> int:
    if to_micros(start) > to_micros(end):
        return -_months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    if (end.day, end.of_day) < (start.day, start.of_day):
        months -= 1
    return months
