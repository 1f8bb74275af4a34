"""Dates and times moved by an interval."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters, int_of_text, to_decimal, wide_int
from freshdb.emulation.functions.context import warn
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import DAY, days_in_month, from_micros, to_micros
from freshdb.emulation.functions.temporal.conversions import to_datetime
from freshdb.emulation.functions.temporal.datetime_texts import parse_datetime, warn_incorrect
from freshdb.emulation.values import LARGEST_TIME, MICROSECONDS, Date, DateTime, Moment, Time
from freshdb.errors import EmulationError

_SECOND = MICROSECONDS
UNITS = {
    "MICROSECOND": 1,
    "SECOND": _SECOND,
    "MINUTE": 60 * _SECOND,
    "HOUR": 3600 * _SECOND,
    "DAY": DAY,
    "WEEK": 7 * DAY,
}
MONTHS_IN = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
UNITS_IN_ORDER = ("DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND")


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
    if (abs(count) > 10**18 and unit in MONTHS_IN) or count >= 2**63:
        raise _too_long(count, unit)
    if abs(count) > 10**18:
        return None
    if unit in MONTHS_IN:
        return count * MONTHS_IN[unit], 0
    return 0, count * UNITS[unit]


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
    names = UNITS_IN_ORDER[UNITS_IN_ORDER.index(first) : UNITS_IN_ORDER.index(last) + 1]
    values = _last_of(numbers, len(names))
    if last == "MICROSECOND" and numbers:
        values[-1] = values[-1].ljust(6, "0")[:6]
    micros = sum(int(value) * UNITS[name] for value, name in zip(values, names, strict=True))
    return 0, (-micros if negative else micros)


def _skipped(unit: str) -> int:
    """Return how many units lie between the two of a compound one."""
    if unit == "YEAR_MONTH":
        return 0
    first, last = unit.split("_")
    return UNITS_IN_ORDER.index(last) - UNITS_IN_ORDER.index(first) - 1


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
    return _shift(value, amount, bare_unit(unit), 1)


def bare_unit(unit: str) -> str:
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
    return unit in MONTHS_IN or unit == "YEAR_MONTH"


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
