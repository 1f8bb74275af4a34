"""The parts of a date or time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import day_number, days_in_month, weekday
from freshdb.emulation.functions.temporal.conversions import to_date, to_datetime, to_time
from freshdb.emulation.values import Date, DateTime

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _part_of_date(
    name: str, part: Callable[[DateTime], Any], *more: str, zero: bool = True
) -> None:
    def call(value: Any) -> Any:
        moment = to_datetime(value, zero_parts=zero)
        return part(moment) if moment else None

    kind: Any = "text" if name in ("MONTHNAME", "DAYNAME") else "int"
    function(name, *more, args=1, kind=kind)(call)


_part_of_date("YEAR", lambda moment: moment.year)
_part_of_date("MONTH", lambda moment: moment.month)
_part_of_date("DAY", lambda moment: moment.day, "DAYOFMONTH")
_part_of_date("QUARTER", lambda moment: (moment.month + 2) // 3)
_part_of_date("MONTHNAME", lambda moment: MONTHS[moment.month - 1] if moment.month else None)


def _whole(part: Callable[[DateTime], Any]) -> Callable[[DateTime], Any]:
    """Return NULL for a date with a zero month or day."""
    return lambda moment: part(moment) if moment.month and moment.day else None


def _weekday(moment: DateTime) -> int:
    return weekday(moment.year, moment.month, moment.day)


_part_of_date("DAYNAME", _whole(lambda moment: WEEKDAYS[_weekday(moment)]), zero=False)
_part_of_date("WEEKDAY", _whole(_weekday), zero=False)
_part_of_date("DAYOFWEEK", _whole(lambda moment: (_weekday(moment) + 1) % 7 + 1), zero=False)


def day_of_year(moment: DateTime) -> int:
    """Return 1 for the first of January."""
    start = day_number(moment.year, 1, 1)
    return day_number(moment.year, moment.month, moment.day) - start + 1


_part_of_date("DAYOFYEAR", _whole(day_of_year), zero=False)


@function("DATE", args=1, kind="date")
def date(value: Any) -> Date | None:
    """Return the date of a datetime."""
    return to_date(value)


@function("LAST_DAY", args=1, kind="date")
def last_day(value: Any) -> Date | None:
    """Return the last day of the month."""
    moment = to_datetime(value)
    if moment is None or not moment.month:
        return None
    return Date(moment.year, moment.month, days_in_month(moment.year, moment.month))


def _part_of_time(name: str, index: int) -> None:
    def call(value: Any) -> int | None:
        found = to_time(value)
        return found.parts[index] if found else None

    function(name, args=1, kind="int")(call)


_part_of_time("HOUR", 0)
_part_of_time("MINUTE", 1)
_part_of_time("SECOND", 2)
_part_of_time("MICROSECOND", 3)
