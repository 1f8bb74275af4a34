"""Adding intervals to dates and times, and the distance between two of them."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters, int_of_text, to_decimal, wide_int
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.functions.dates.weeks import week_mode, week_of
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import (
    DAY,
    day_number,
    days_in_month,
    from_micros,
    to_micros,
)
from freshdb.emulation.functions.temporal.conversions import to_datetime, to_duration, to_time
from freshdb.emulation.functions.temporal.datetime_texts import parse_datetime, warn_incorrect
from freshdb.emulation.functions.temporal.time_texts import LONGEST_NUMBER
from freshdb.emulation.values import LARGEST_TIME, MICROSECONDS, Date, DateTime, Moment, Time
from freshdb.errors import EmulationError

_SECOND = MICROSECONDS
_UNITS = {
    "MICROSECOND": 1,
    "SECOND": _SECOND,
    "MINUTE": 60 * _SECOND,
    "HOUR": 3600 * _SECOND,
    "DAY": DAY,
    "WEEK": 7 * DAY,
}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
_ORDER = ("DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND")


def _amounts(amount: Any, unit: str) -> tuple[int, int] | None:
    """Return an interval as (months, microseconds), None where it is beyond all bounds."""
    if "_" in unit:
        return _compound(amount, unit)
    if unit == "SECOND":
        seconds = to_decimal(amount)
        if abs(seconds) > 10**18:
            return None
        return 0, int(seconds * MICROSECONDS)
    count = _whole(amount)
    if (abs(count) > 10**18 and unit in _MONTHS) or count >= 2**63:
        raise _too_long(count, unit)
    if abs(count) > 10**18:
        return None
    if unit in _MONTHS:
        return count * _MONTHS[unit], 0
    return 0, count * _UNITS[unit]


def _too_long(amount: Any, unit: str) -> EmulationError:
    """Return the refusal of a distance at which the server's own numbers overflow."""
    return EmulationError(
        f"an INTERVAL of {amount} {unit} is not supported", hint="keep it within the calendar"
    )


def _whole(amount: Any) -> int:
    """Return an amount without fraction: of text the digits it begins with, else rounded."""
    return int_of_text(characters(amount)) if isinstance(amount, bytes) else wide_int(amount)


def _compound(amount: Any, unit: str) -> tuple[int, int] | None:
    """Return `'1:30' MINUTE_SECOND`; with too few numbers the last ones are meant."""
    text = characters(amount)
    negative = text.lstrip().startswith("-")
    numbers = re.findall(r"\d+", text)
    if any(len(number) > 18 for number in numbers):
        raise _too_long(text, unit)
    if len(numbers) > unit.count("_") + 1 + _skipped(unit):
        return None
    if unit == "YEAR_MONTH":
        years, months = _last_of(numbers, 2)
        total = int(years) * 12 + int(months)
        return (-total if negative else total), 0
    first, last = unit.split("_")
    names = _ORDER[_ORDER.index(first) : _ORDER.index(last) + 1]
    values = _last_of(numbers, len(names))
    if last == "MICROSECOND" and numbers:
        values[-1] = values[-1].ljust(6, "0")[:6]
    micros = sum(int(value) * _UNITS[name] for value, name in zip(values, names, strict=True))
    return 0, (-micros if negative else micros)


def _skipped(unit: str) -> int:
    """Return how many units lie between the two of a compound one."""
    if unit == "YEAR_MONTH":
        return 0
    first, last = unit.split("_")
    return _ORDER.index(last) - _ORDER.index(first) - 1


def _last_of(numbers: list[str], count: int) -> list[str]:
    found = numbers[:count]
    return ["0"] * (count - len(found)) + found


def _digits_added(amount: Any, unit: str) -> int:
    """Return how many fraction digits an interval brings."""
    if unit.endswith("MICROSECOND"):
        return 6
    if unit == "SECOND":
        if isinstance(amount, Decimal):
            exponent = amount.as_tuple().exponent
            assert isinstance(exponent, int)
            return min(6, max(0, -exponent))
        if isinstance(amount, (DateTime, Time)):
            return amount.fsp
        if isinstance(amount, (str, bytes, float)):
            return 6
    return 0


@function("DATE_ADD", "ADDDATE", args=(2, 3), kind="any")
def date_add(value: Any, amount: Any, unit: str = "DAY") -> Any:
    """Return a date or time plus an interval; months end where they end."""
    return _shift(value, amount, unit.upper(), 1)


@function("DATE_SUB", "SUBDATE", args=(2, 3), kind="any")
def date_sub(value: Any, amount: Any, unit: str = "DAY") -> Any:
    """Return a date or time minus an interval."""
    return _shift(value, amount, unit.upper(), -1)


@function("TIMESTAMPADD", args=3, kind="any")
def timestampadd(unit: str, amount: Any, value: Any) -> Any:
    """Return a date or time plus so many units."""
    return _shift(value, amount, _bare(unit), 1)


def _bare(unit: str) -> str:
    """Return a unit without the prefix `SQL_TSI_`; its FRAC_SECOND is a microsecond."""
    name = unit.upper().removeprefix("SQL_TSI_")
    return "MICROSECOND" if name == "FRAC_SECOND" else name


def _shift(value: Any, amount: Any, unit: str, sign: int) -> Any:
    if isinstance(value, Time):
        if _is_calendar(unit) or unit == "WEEK":
            return _overflow()
        return _shift_time(value, amount, unit, sign)
    found = _moment_and_shape(value)
    if found is None:
        return None
    moment, has_time, as_text = found
    if not moment.month or not moment.day:
        warn_incorrect("datetime", value)
        return None
    amounts = _amounts(amount, unit)
    if amounts is None:
        return _overflow()
    months, micros = amounts[0] * sign, amounts[1] * sign
    result = add_months(moment, months) if _is_calendar(unit) else add_micros(moment, micros)
    if result is None:
        return _overflow()
    return _shaped(result, amount, unit, has_time=has_time, as_text=as_text)


def _is_calendar(unit: str) -> bool:
    return unit in _MONTHS or unit == "YEAR_MONTH"


def _overflow() -> None:
    warn(1441, "Datetime function: datetime field overflow")


def _moment_and_shape(value: Any) -> tuple[DateTime, bool, bool] | None:
    """Return a datetime, whether it has a time of day, and whether the result is to be text."""
    if isinstance(value, Date):
        moment = to_datetime(value)
        has_time, as_text = False, False
    elif isinstance(value, (DateTime, Time)):
        moment = to_datetime(value)
        has_time, as_text = True, False
    elif isinstance(value, (str, bytes)):
        found = parse_datetime(characters(value))
        moment = found[0] if found else None
        has_time, as_text = (found[1] if found else False), True
    else:
        moment = to_datetime(value)
        has_time = moment is not None and (moment.of_day != 0 or _number_has_time(value))
        as_text = True
    return (moment, has_time, as_text) if moment else None


def _number_has_time(value: Any) -> bool:
    return bool(abs(value) > 99_991_231)


def _shaped(result: DateTime, amount: Any, unit: str, *, has_time: bool, as_text: bool) -> Any:
    if not has_time and (_is_calendar(unit) or unit in ("DAY", "WEEK")):
        return Moment(result.date) if as_text else result.date
    found = replace(result, fsp=max(result.fsp, _digits_added(amount, unit)))
    return Moment(found) if as_text else found


def _shift_time(value: Time, amount: Any, unit: str, sign: int) -> Time | None:
    amounts = _amounts(amount, unit)
    if amounts is None:
        return _overflow()
    micros = value.micros + sign * amounts[1]
    if abs(micros) > LARGEST_TIME:
        return _overflow()
    return Time(micros, max(value.fsp, _digits_added(amount, unit)))


def add_months(moment: DateTime, months: int) -> DateTime | None:
    """Return a datetime so many months later, on the month's last day where it is shorter."""
    total = moment.year * 12 + moment.month - 1 + months
    if not 0 <= total < 120_000:
        return None
    year, month = total // 12, total % 12 + 1
    if moment.month == 0:
        return None
    return replace(moment, year=year, month=month, day=min(moment.day, days_in_month(year, month)))


def add_micros(moment: DateTime, micros: int) -> DateTime | None:
    """Return a datetime so many microseconds later, None beyond the calendar."""
    if not moment.month or not moment.day:
        return None
    total = to_micros(moment) + micros
    if not 0 < total < 3_652_425 * DAY:
        return None
    found = from_micros(total, moment.fsp)
    return found if found.month else None


# --- distances ----------------------------------------------------------------------------------


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
    name = _bare(unit)
    if name in _MONTHS:
        return _quotient(_months_between(a, b), _MONTHS[name])
    return _quotient(to_micros(b) - to_micros(a), _UNITS[name])


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


# --- EXTRACT ------------------------------------------------------------------------------------

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
    start, end = _ORDER.index(first), _ORDER.index(last or first)
    total = parts[start]
    for index in range(start + 1, end + 1):
        total = total * (1_000_000 if index == 4 else 100) + parts[index]
    return -total if value.micros < 0 or day < 0 else total
