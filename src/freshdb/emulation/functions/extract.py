"""EXTRACT."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.date_arithmetic import UNITS_IN_ORDER
from freshdb.emulation.functions.dates.weeks import week_mode, week_of
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import DAY
from freshdb.emulation.functions.temporal.conversions import to_datetime, to_duration, to_time
from freshdb.emulation.functions.temporal.datetime_texts import parse_datetime, warn_incorrect
from freshdb.emulation.functions.temporal.time_texts import LONGEST_NUMBER
from freshdb.emulation.values import Date, DateTime, Time
from freshdb.errors import EmulationError

_DATE_PARTS = {
    "YEAR": lambda moment: moment.year,
    "MONTH": lambda moment: moment.month,
    "QUARTER": lambda moment: (moment.month + 2) // 3,
    "WEEK": lambda moment: week_of(moment, week_mode(0))[1],
    "YEAR_MONTH": lambda moment: moment.year * 100 + moment.month,
}


@function("EXTRACT", args=2, kind="int")
def extract(unit: str, value: Any) -> int | None:
    """Return a part, or several as one number, of a datetime or time."""
    name = unit.upper()
    if name in _DATE_PARTS:
        if isinstance(value, Time) and name == "WEEK":
            raise EmulationError("the WEEK of a TIME is not supported", hint="take that of a date")
        if isinstance(value, Time):
            return 0
        moment = to_datetime(value)
        part: Any = _DATE_PARTS[name]
        return part(moment) if moment else None
    if active.context.is_mysql8:
        return _extract_mysql8(name, value)
    if isinstance(value, Decimal) and 0 < abs(value) < 1:
        raise EmulationError(
            "EXTRACT from a number below 1 is not supported", hint="take it from a TIME"
        )
    try:
        moment = _as_moment(value)
    except _NoMomentError:
        return warn_incorrect("time", value)
    if moment is not None:
        return _packed(name, moment.day, Time(moment.of_day))
    found = to_duration(value)
    if found is None:
        return None
    if name.startswith("DAY_") or name == "DAY":
        if isinstance(value, str) and _NO_DATE.match(value.strip()):
            return warn_incorrect("datetime", value)
        moment = _compact_date(value)
        if moment is not None:
            return _packed(name, moment.day, Time(moment.of_day))
    days, rest = divmod(abs(found.micros), DAY)
    return _packed(
        name, -days if found.micros < 0 else days, Time(-rest if found.micros < 0 else rest)
    )


class _NoMomentError(ValueError):
    """Raised for a text that has the shape of a date and is none."""


def _as_moment(value: Any) -> DateTime | None:
    """Return a datetime, or None for what counts as a time: its hours beyond 24 are days."""
    if isinstance(value, (Date, DateTime)):
        return to_datetime(value)
    if isinstance(value, (int, Decimal)) and value > LONGEST_NUMBER:
        return to_datetime(value)
    if isinstance(value, (str, bytes)):
        shown = characters(value).strip()
        found = parse_datetime(shown, loud=False)
        if not found and _DATE_SHAPE.match(shown) and ":" not in shown.split()[0]:
            raise _NoMomentError
        if found and (_DATE_SHAPE.match(shown) or (shown[:12].isdigit() and len(shown) >= 12)):
            return found[0]
    return None


def _compact_date(value: Any) -> DateTime | None:
    """Return the date of a text of digits, which only its day is taken from."""
    if isinstance(value, str) and re.fullmatch(r"\d{5,}", value.strip(), re.ASCII):
        found = parse_datetime(value, loud=False)
        return found[0] if found else None
    return None


_NO_DATE = re.compile(r"\d{1,4}$|\d{5,}[^\d\s:.]\d", re.ASCII)
_DATE_SHAPE = re.compile(
    r"\d{1,4}[^\d\s:.]\d{1,2}[^\d\s:.]\d{1,2}(?!\d)|\d{1,4}\W\d{1,2}\W\d{1,2}T", re.ASCII
)


def _extract_mysql8(name: str, value: Any) -> int | None:
    """MySQL 8 takes a day from a date, and all hours of a time as hours."""
    if name.startswith("DAY"):
        moment = to_datetime(value)
        return _packed(name, moment.day, Time(moment.of_day)) if moment else None
    found = to_time(value)
    return _packed(name, 0, found) if found else None


def _packed(name: str, day: int, value: Time) -> int:
    hours, minutes, seconds, micro = value.parts
    first, _, last = name.partition("_")
    parts = (abs(day), hours, minutes, seconds, micro)
    start, end = UNITS_IN_ORDER.index(first), UNITS_IN_ORDER.index(last or first)
    total = parts[start]
    for index in range(start + 1, end + 1):
        total = total * (1_000_000 if index == 4 else 100) + parts[index]
    return -total if value.micros < 0 or day < 0 else total
