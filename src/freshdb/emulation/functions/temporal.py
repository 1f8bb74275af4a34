"""Dates and times: read from text, numbers and one another; the calendar."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.values import (
    LARGEST_TIME,
    MICROSECONDS,
    Date,
    DateTime,
    Json,
    Moment,
    Time,
    decimal_text,
)

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
DAY = 86_400 * MICROSECONDS
PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
SPACE = " \t\n\v\f\r"


# --- the calendar -------------------------------------------------------------------------------


def is_leap(year: int) -> bool:
    """Tell whether a year has 366 days; the year 0 has not, as MySQL counts."""
    return year % 4 == 0 and (year % 100 != 0 or (year % 400 == 0 and year != 0))


def days_in_month(year: int, month: int) -> int:
    """Return how many days a month has."""
    return 29 if month == 2 and is_leap(year) else MONTH_DAYS[month - 1]


def day_number(year: int, month: int, day: int) -> int:
    """Return the days since year 0, as `TO_DAYS` counts them, zero months and days too."""
    if year == 0 and month == 0:
        return 0
    total = 365 * year + 31 * (month - 1) + day
    if month <= 2 and year == 0:
        return total
    if month <= 2:
        year -= 1
    else:
        total -= (month * 4 + 23) // 10
    return total + year // 4 - ((year // 100 + 1) * 3) // 4


def date_of_day_number(number: int) -> Date:
    """Return the date of a day number; the zero date outside of 0000-12-31 … 9999-12-31."""
    if number <= 365 or number >= 3_652_500:
        return Date(0, 0, 0)
    found = dt.date.fromordinal(number - 365)
    return Date(found.year, found.month, found.day)


def weekday(year: int, month: int, day: int) -> int:
    """Return 0 for Monday … 6 for Sunday."""
    return (day_number(year, month, day) + 5) % 7


def is_possible(year: int, month: int, day: int, *, zero_parts: bool = True) -> bool:
    """Tell whether MySQL takes a date; parts may be zero where `zero_parts` says so."""
    if year == month == day == 0:
        return True
    if not zero_parts and (month == 0 or day == 0):
        return False
    return month == 0 or day <= days_in_month(year, month)


# --- from text ----------------------------------------------------------------------------------


def warn_incorrect(kind: str, value: Any) -> None:
    """Note warning 1292 about a value that is no date or time."""
    warn(1292, f"Incorrect {kind} value: '{characters(value)}'")


class _Reader:
    """Reads numbers and separators of a text, and remembers whether all went well."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.fields: list[int] = []

    def number(self, width: int = 0) -> bool:
        """Read digits, at most `width` of them; without a width, more than a field has fail."""
        end = self.at
        limit = len(self.text) if not width else min(len(self.text), self.at + width)
        while end < limit and self.text[end] in "0123456789":
            end += 1
        if end == self.at or (not width and end - self.at > 9):
            return False
        self.fields.append(int(self.text[self.at : end]))
        self.at = end
        return True

    def punctuation(self) -> bool:
        """Step over one character of punctuation; the end of the text is fine."""
        if self.at >= len(self.text):
            return True
        if self.text[self.at] in PUNCTUATION:
            self.at += 1
            return True
        return False

    def clock_separator(self) -> bool:
        """Step over what stands between date and time: a T, punctuation, or spaces."""
        if self.at >= len(self.text):
            return True
        if self.text[self.at] == "T" or self.text[self.at] in PUNCTUATION:
            self.at += 1
            return True
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1
        return self.at > start

    def fraction(self) -> tuple[int, int]:
        """Read `.123`: its microseconds and how many digits it has, at most six."""
        if self.text[self.at : self.at + 1] != ".":
            return 0, 0
        end = self.at + 1
        while end < len(self.text) and self.text[end] in "0123456789":
            end += 1
        digits = self.text[self.at + 1 : end]
        self.at = end
        return int(digits[:6].ljust(6, "0")) if digits else 0, min(len(digits), 6)


def parse_datetime(
    text: str, *, zero_parts: bool = True, loud: bool = True
) -> tuple[DateTime, bool] | None:
    """Read a date with or without a time; return it and whether the text had a time.

    Delimiters may be any punctuation; years of two digits are 1970 to 2069; without delimiters the
    count of digits decides.
    """
    found = _parse_datetime(text, zero_parts)
    if found is None:
        if loud:
            warn_incorrect("datetime", text)
        return None
    value, has_time, clean = found
    if not clean and loud:
        warn(1292, f"Truncated incorrect datetime value: '{text}'")
    return value, has_time


def _parse_datetime(
    text: str, zero_parts: bool, *, checks_day: bool = True
) -> tuple[DateTime, bool, bool] | None:
    body = text.strip(SPACE)
    if not body or body[0] not in "0123456789":
        return None
    digits = len(body) - len(body.lstrip("0123456789"))
    reader = _Reader(body)
    if digits == len(body) or digits >= 12:
        year_digits = 4 if digits in (4, 8) or digits >= 14 else 2
        clean = _read_compact(reader, year_digits)
    else:
        year_digits = digits
        clean = _read_delimited(reader)
    if len(reader.fields) < 3:
        return None
    micro, fsp = reader.fraction() if clean else (0, 0)
    return _checked(reader, year_digits, micro, fsp, clean, zero_parts, checks_day=checks_day)


def _read_compact(reader: _Reader, year_digits: int) -> bool:
    for index, width in enumerate((year_digits, 2, 2, 2, 2, 2)):
        if reader.at >= len(reader.text):
            return True
        if index == 3 and reader.text[reader.at] == "T":
            reader.at += 1
        if not reader.number(width):
            return index >= 3 and reader.text[reader.at] == "."
    return True


def _read_delimited(reader: _Reader) -> bool:
    steps = (
        reader.number, reader.punctuation, reader.number, reader.punctuation, reader.number,
        reader.clock_separator, reader.number, reader.punctuation, reader.number,
        reader.punctuation, reader.number,
    )  # fmt: skip
    for step in steps:
        if reader.at >= len(reader.text):
            return True
        if not step():
            return False
    return True


def _checked(
    reader: _Reader,
    year_digits: int,
    micro: int,
    fsp: int,
    clean: bool,
    zero_parts: bool,
    *,
    checks_day: bool,
) -> tuple[DateTime, bool, bool] | None:
    fields = reader.fields + [0] * (6 - len(reader.fields))
    if year_digits == 2 and (any(fields) or micro):
        fields[0] += 2000 if fields[0] < 70 else 1900
    year, month, day, hour, minute, second = fields
    if year > 9999 or month > 12 or day > 31 or hour > 23 or minute > 59 or second > 59:
        return None
    if checks_day and not is_possible(year, month, day, zero_parts=zero_parts):
        return None
    clean = clean and reader.at >= len(reader.text)
    value = DateTime(year, month, day, hour, minute, second, micro, fsp)
    return value, len(reader.fields) > 3, clean


_CLOCK = re.compile(
    r"([+-]?)\s*(?:(\d+)\s+(?=\d+:))?(?:(\d+):(\d*)(?::(\d*))?|(\d*))(?:\.(\d*))?", re.ASCII
)
LONGEST_HOURS = 87_649_415
LONGEST_NUMBER = LONGEST_HOURS * 10_000 + 5959


def parse_time(text: str, *, loud: bool = True) -> Time | None:
    """Read a time of the forms `hh:mm:ss.f`, `D hh:mm`, `hhmmss`; or that of a whole datetime."""
    found = duration_of_text(text, loud=loud)
    return clip(found, text, loud=loud) if found else None


def duration_of_text(text: str, *, loud: bool = True) -> Time | None:
    """Read a time that may be longer than one of type TIME can be."""
    body = text.strip(SPACE)
    if has_date_and_clock(body):
        moment = _parse_datetime(body, True, checks_day=False)
        if moment is not None:
            if not moment[2] and loud:
                warn(1292, f"Truncated incorrect time value: '{text}'")
            return Time(moment[0].of_day, moment[0].fsp)
    match = _CLOCK.match(body)
    value = _time_of_match(match) if match and body else None
    if value is None or match is None or _is_a_date(body):
        if loud:
            warn_incorrect("time", text)
        return None
    if _EXPONENT.match(body, match.end()):
        return None
    if match.end() < len(body) and loud:
        warn(1292, f"Truncated incorrect time value: '{text}'")
    return value


_EXPONENT = re.compile(r"[ ]?[eE][+-]?\d")
_DATE_AND_CLOCK = re.compile(
    r"\d{12}|\d{6}(?:\d\d)?T|\d{1,4}[^\d\s]\d{1,2}[^\d\s]\d{1,2}(?:T|\s+\d)", re.ASCII
)


def has_date_and_clock(text: str) -> bool:
    """Tell whether a text has the shape of a datetime: a `T` or a space stands amid its digits."""
    return _DATE_AND_CLOCK.match(text.strip(SPACE)) is not None


def _is_a_date(text: str) -> bool:
    """Tell whether a text that is no datetime looks too much like one to be read as a time."""
    return re.match(r"-?\d{1,4}-\d\d?-\d\d?[ T]+\d", text) is not None


def _time_of_match(match: re.Match[str]) -> Time | None:
    sign, days, hours, minutes, seconds, packed, digits = match.groups()
    if hours is None:
        if not packed:
            return None
        value = int(packed[:20])
        hours, minutes, seconds = str(value // 10000), str(value // 100 % 100), str(value % 100)
    h, m, s = int(hours[:20]), int(minutes or 0), int(seconds or 0)
    if m > 59 or s > 59 or int(days or 0) * 24 + h > LONGEST_HOURS:
        return None
    micro = int((digits or "0")[:6].ljust(6, "0"))
    total = (((int(days or 0) * 24 + h) * 60 + m) * 60 + s) * MICROSECONDS + micro
    return Time(-total if sign == "-" else total, min(len(digits or ""), 6))


def is_no_date(shown: str) -> bool:
    """Tell whether a text has the shape of a datetime and is none: `2024-02-30 10:00:00`."""
    return parse_datetime(shown, loud=False) is None and _DATETIME_SHAPE.match(shown) is not None


_DATETIME_SHAPE = re.compile(r"\s*\d{1,4}-\d{1,2}-\d{1,2}[ T]+\d", re.ASCII)


def clip(value: Time, shown: Any, *, loud: bool = True) -> Time:
    """Return a time within ±838:59:59, and warn when it had to be cut to that."""
    limit = LARGEST_TIME + (MICROSECONDS - 1 if value.fsp else 0)
    if abs(value.micros) <= limit:
        return value
    if loud:
        warn(1292, f"Truncated incorrect time value: '{characters(shown)}'")
    # The server keeps the microseconds that a type without a fraction does not show.
    limit = LARGEST_TIME + MICROSECONDS - 1
    return Time(limit if value.micros > 0 else -limit, value.fsp)


# --- from numbers -------------------------------------------------------------------------------


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


def _expand(number: int) -> int | None:
    """Return YYYYMMDDhhmmss for a number that may be shorter, or None where MySQL finds none."""
    if number == 0 or 991_231_235_959 < number <= 99_999_999_999_999:
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
    if size > 99_999_999_999_999 or (value < 0 and size > LONGEST_NUMBER):
        return clip(Time((LARGEST_TIME + MICROSECONDS) * (-1 if value < 0 else 1)), value)
    if size > 9_999_999 and value > 0:
        moment = datetime_of_number(value)
        return Time(moment.of_day, moment.fsp) if moment else None
    found = duration_of_number(value)
    return clip(found, value) if found else None


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


# --- any value ----------------------------------------------------------------------------------


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
    return found


def to_duration(value: Any) -> Time | None:
    """Return any value as a time of any length, or None with a warning."""
    kind = value.__class__
    if kind is str or kind is bytes or kind is Json:
        return duration_of_text(characters(value))
    if kind in (Time, DateTime, Date):
        return to_time(value)
    found = duration_of_number(_number_for_date(value))
    if found is None:
        warn_incorrect("time", value)
    return found


def from_micros(micros: int, fsp: int) -> DateTime:
    """Return the datetime so many microseconds after the zero day."""
    days, rest = divmod(micros, DAY)
    date = date_of_day_number(days)
    seconds, micro = divmod(rest, MICROSECONDS)
    return DateTime(
        date.year,
        date.month,
        date.day,
        seconds // 3600,
        seconds // 60 % 60,
        seconds % 60,
        micro,
        fsp,
    )


def to_micros(moment: DateTime) -> int:
    """Return the microseconds since the zero day."""
    return day_number(moment.year, moment.month, moment.day) * DAY + moment.of_day


def local_now() -> dt.datetime:
    """Return the statement's time in the session's time zone."""
    return active.context.now().astimezone(zone(active.context.time_zone))


def zone(name: str) -> dt.tzinfo:
    """Return the time zone of `+01:00`, `SYSTEM` or `Europe/Berlin`.

    Raises:
        MySQLError: 1298, when there is none such.
    """
    found = find_zone(name)
    if found is None:
        raise MySQLError(1298, "HY000", f"Unknown or incorrect time zone: '{name}'")
    return found


def find_zone(name: str) -> dt.tzinfo | None:
    """Return the time zone, or None when there is none such."""
    match = re.fullmatch(r"([+-])(\d{1,2}):(\d{2})", name)
    if match:
        minutes = int(match[2]) * 60 + int(match[3])
        if int(match[3]) > 59 or not _is_offset(match[1], minutes):
            return None
        return dt.timezone(dt.timedelta(minutes=-minutes if match[1] == "-" else minutes))
    if name.upper() == "SYSTEM" or name.upper() == "UTC":
        return dt.UTC
    return _named_zone(name)


def _is_offset(sign: str, minutes: int) -> bool:
    if active.context.is_mysql8:
        return minutes < 14 * 60 or (sign == "+" and minutes == 14 * 60)
    return minutes < 13 * 60 or (sign == "+" and minutes == 13 * 60)


def _named_zone(name: str) -> dt.tzinfo | None:
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


# --- literals -----------------------------------------------------------------------------------


def literal(kind: str, text: str) -> Date | DateTime | Time:
    """Return the value of `DATE'…'`, `TIME'…'` or `TIMESTAMP'…'`.

    Raises:
        MySQLError: 1525, when it is none.
    """
    value: Date | DateTime | Time | None = None
    if kind == "time":
        value = _whole_time(text.strip(SPACE))
    else:
        found = _parse_datetime(text, True)
        if found is not None and found[2] and found[1] is (kind == "datetime"):
            value = found[0] if kind == "datetime" else found[0].date
    if value is None:
        name = {"date": "DATE", "time": "TIME"}.get(kind, "DATETIME")
        raise MySQLError(1525, "HY000", f"Incorrect {name} value: '{text}'")
    return value


def _whole_time(text: str) -> Time | None:
    """Return the time that a text is from end to end; None where it is longer than TIME can be."""
    match = _CLOCK.fullmatch(text)
    value = _time_of_match(match) if match and text else None
    return value if value and clip(value, text, loud=False) is value else None
