"""What the fields that STR_TO_DATE has read mean together."""

from __future__ import annotations

from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.date_patterns import shape
from freshdb.emulation.functions.temporal.calendar import (
    date_of_day_number,
    day_number,
    is_possible,
    weekday,
)
from freshdb.emulation.values import MICROSECONDS, Date, DateTime, Time


def assemble(
    fields: dict[str, int], afternoon: bool | None, pattern: str, *, in_full: bool = False
) -> Date | DateTime | Time | None:
    """Return the value of the fields, by the codes of the pattern a date, time or datetime.

    Args:
        fields: what was read, by the code.
        afternoon: what `%p` said, None where there was none.
        pattern: decides which type it is.
        in_full: it is a datetime with microseconds, whatever the pattern.
    """
    has_date, has_time, has_fraction = (True, True, True) if in_full else shape(pattern)
    hour = _hour(fields, afternoon)
    minute, second, micro = fields.get("i", 0), fields.get("s", 0), fields.get("f", 0)
    if hour is None or minute > 59 or second > 59:
        return None
    fsp = 6 if has_fraction else 0
    if has_time and not has_date:
        hours = fields.get("d", 0) * 24 + hour
        return Time(((hours * 60 + minute) * 60 + second) * MICROSECONDS + micro, fsp)
    date = _date(fields)
    if date is None or hour > 23 or date.month > 12 or date.day > 31:
        return None
    if active.context.is_mysql8 and not is_possible(date.year, date.month, date.day):
        return None
    if not has_time:
        return date
    return DateTime(date.year, date.month, date.day, hour, minute, second, micro, fsp)


def _hour(fields: dict[str, int], afternoon: bool | None) -> int | None:
    hour = fields.get("H", 0)
    if afternoon is None:
        return hour % 12 if "twelve" in fields else hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if afternoon else 0)


def _date(fields: dict[str, int]) -> Date | None:
    if fields.get("j", 0) > 0:
        return date_of_day_number(day_number(fields.get("Y", 0), 1, 1) + fields["j"] - 1)
    if "weekday" in fields:
        found = _of_week(fields)
        if found is not None:
            return found
    return Date(fields.get("Y", 0), fields.get("m", 0), fields.get("d", 0))


def _of_week(fields: dict[str, int]) -> Date | None:
    """Return the date of year, week and weekday; None when the week was not read."""
    code = next((each for each in "UuVv" if each in fields), None)
    if code is None:
        return None
    year = fields.get({"V": "X", "v": "x"}.get(code, "Y"), 0)
    sunday_first = code in "UV"
    number = fields[code]
    start = day_number(year, 1, 1)
    first = (weekday(year, 1, 1) + (1 if sunday_first else 0)) % 7
    offset = fields["weekday"] % 7 if sunday_first else fields["weekday"] - 1
    if sunday_first:
        start += (7 if first else 0) - first
    else:
        start += (7 if first > 3 else 0) - first
    return date_of_day_number(start + (number - 1) * 7 + offset)
