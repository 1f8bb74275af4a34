"""The present moment, and the parts of a date or time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import to_decimal, to_int
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal import (
    DAY,
    date_of_day_number,
    day_number,
    days_in_month,
    find_zone,
    local_now,
    to_date,
    to_datetime,
    to_time,
    weekday,
    zone,
)
from freshdb.emulation.values import MICROSECONDS, Date, DateTime, Time

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


# --- now ----------------------------------------------------------------------------------------


def from_clock(moment: dt.datetime, fsp: int) -> DateTime:
    """Return a moment of Python's as a datetime with so many fraction digits."""
    unit = 10 ** (6 - fsp)
    micro = moment.microsecond // unit * unit
    return DateTime(
        moment.year, moment.month, moment.day,
        moment.hour, moment.minute, moment.second, micro, fsp,
    )  # fmt: skip


def _precision(fsp: Any, name: str) -> int:
    if not 0 <= fsp <= 6:
        text = f"Too big precision specified for '{name}'. Maximum is 6"
        raise MySQLError(1426, "42000", text)
    return int(fsp)


@function(
    "NOW", "CURRENT_TIMESTAMP", "LOCALTIME", "LOCALTIMESTAMP",
    args=(0, 1), kind="datetime", context=True,
)  # fmt: skip
def now(context: Context, fsp: Any = 0) -> DateTime:
    """Return the moment when the statement began, in the session's time zone."""
    return from_clock(local_now(), _precision(fsp, "current_timestamp"))


@function("SYSDATE", args=(0, 1), kind="datetime", context=True)
def sysdate(context: Context, fsp: Any = 0) -> DateTime:
    """Return this very moment, which moves on within a statement."""
    moment = context.clock()
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return from_clock(aware.astimezone(zone(context.time_zone)), _precision(fsp, "sysdate"))


@function("UTC_TIMESTAMP", args=(0, 1), kind="datetime", context=True)
def utc_timestamp(context: Context, fsp: Any = 0) -> DateTime:
    """Return the moment when the statement began, in UTC."""
    return from_clock(context.now().astimezone(dt.UTC), _precision(fsp, "utc_timestamp"))


@function("CURDATE", "CURRENT_DATE", args=0, kind="date", context=True)
def curdate(context: Context) -> Date:
    """Return today's date."""
    return now(context).date


@function("UTC_DATE", args=0, kind="date", context=True)
def utc_date(context: Context) -> Date:
    """Return today's date in UTC."""
    return utc_timestamp(context).date


@function("CURTIME", "CURRENT_TIME", args=(0, 1), kind="time", context=True)
def curtime(context: Context, fsp: Any = 0) -> Time:
    """Return the time of day."""
    return Time(now(context, fsp).of_day, fsp)


@function("UTC_TIME", args=(0, 1), kind="time", context=True)
def utc_time(context: Context, fsp: Any = 0) -> Time:
    """Return the time of day in UTC."""
    return Time(utc_timestamp(context, fsp).of_day, fsp)


# --- parts of a date ----------------------------------------------------------------------------


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


# --- weeks --------------------------------------------------------------------------------------


def week_of(moment: DateTime, mode: int) -> tuple[int, int]:
    """Return the year and number of the week of a date, by a mode of `WEEK` from 0 to 7.

    Bit 1 of the mode: weeks begin on Monday. Bit 2: weeks are 1 to 53, and the first days of a
    year may belong to the one before. Bit 4: week 1 is the first with the first weekday in it,
    and not the first with four days or more.
    """
    monday_first, weeks_of_year, first_weekday = bool(mode & 1), bool(mode & 2), bool(mode & 4)
    today = day_number(moment.year, moment.month, moment.day)
    first = day_number(moment.year, 1, 1)
    start = _first_day_of_week(first, monday_first=monday_first)
    year = moment.year
    if moment.month == 1 and moment.day <= 7 - start:
        if not weeks_of_year and (start != 0 if first_weekday else start >= 4):
            return year, 0
        weeks_of_year = True
        if start != 0 if first_weekday else start >= 4:
            year -= 1
            length = 366 if day_number(year + 1, 1, 1) - day_number(year, 1, 1) == 366 else 365
            first -= length
            start = (start + 53 * 7 - length) % 7
    days = today - (
        first + 7 - start if _starts_later(start, first_weekday=first_weekday) else first - start
    )
    if weeks_of_year and days >= 52 * 7:
        start = (
            start + (366 if day_number(year + 1, 1, 1) - day_number(year, 1, 1) == 366 else 365)
        ) % 7
        if not _starts_later(start, first_weekday=first_weekday):
            return year + 1, 1
    return year, days // 7 + 1


def _starts_later(start: int, *, first_weekday: bool) -> bool:
    """Tell whether week 1 begins after the first of January's own week."""
    return start != 0 if first_weekday else start >= 4


def _first_day_of_week(number: int, *, monday_first: bool) -> int:
    """Return the place of a day in its week, from 0."""
    return (number + 5 + (0 if monday_first else 1)) % 7


def week_mode(mode: int) -> int:
    """Return the bits that `week_of` reads: with Sunday first, the server turns one around."""
    bits = mode & 7
    return bits if bits & 1 else bits ^ 4


@function("WEEK", args=(1, 2), kind="int", strict=False)
def week(value: Any, mode: Any = 0) -> int | None:
    """Return the number of the week."""
    if value is None:
        return None
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    return week_of(moment, week_mode(to_int(mode or 0)))[1]


@function("WEEKOFYEAR", args=1, kind="int")
def week_of_year(value: Any) -> int | None:
    """Return the number of the week, 1 to 53, by ISO's rules."""
    return week(value, 3)


@function("YEARWEEK", args=(1, 2), kind="int", strict=False)
def yearweek(value: Any, mode: Any = 0) -> int | None:
    """Return year and week as one number."""
    if value is None:
        return None
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    year, number = week_of(moment, week_mode(to_int(mode or 0)) | 2)
    return year * 100 + number


# --- days and seconds as numbers ----------------------------------------------------------------


@function("TO_DAYS", args=1, kind="int")
def to_days(value: Any) -> int | None:
    """Return the number of days since year 0."""
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    return day_number(moment.year, moment.month, moment.day)


@function("FROM_DAYS", args=1, kind="date")
def from_days(value: Any) -> Date:
    """Return the date of a number of days since year 0."""
    return date_of_day_number(to_int(value))


@function("TO_SECONDS", args=1, kind="int")
def to_seconds(value: Any) -> int | None:
    """Return the number of seconds since year 0."""
    moment = to_datetime(value, zero_parts=False)
    if moment is None or not moment.month:
        return None
    days = day_number(moment.year, moment.month, moment.day)
    return (days * DAY + moment.of_day) // MICROSECONDS


@function("MAKEDATE", args=2, kind="date")
def makedate(year: Any, day: Any) -> Date | None:
    """Return the date of a day of the year."""
    first, count = to_int(year), to_int(day)
    if not 0 <= first <= 9999 or count <= 0:
        return None
    if first < 100:
        first += 2000 if first < 70 else 1900
    number = day_number(first, 1, 1) + count - 1
    if number > day_number(9999, 12, 31):
        return None
    return date_of_day_number(number)


@function("PERIOD_ADD", args=2, kind="int")
def period_add(period: Any, months: Any) -> int:
    """Return a period YYYYMM so many months later."""
    found = to_int(period)
    if active.context.is_mysql8 and not _is_period(found):
        return _bad_period("period_add")
    if found == 0:
        return 0
    # The server counts with 32 bits without a sign, and takes what is no period for 0.
    total = (_months(found) + to_int(months)) & 0xFFFFFFFF
    if total == 0:
        return 0
    year, month = divmod(total, 12)
    if year < 100:
        year += 2000 if year < 70 else 1900
    return year * 100 + month + 1


@function("PERIOD_DIFF", args=2, kind="int")
def period_diff(one: Any, other: Any) -> int:
    """Return the number of months between two periods YYYYMM."""
    a, b = to_int(one), to_int(other)
    if active.context.is_mysql8 and not (_is_period(a) and _is_period(b)):
        return _bad_period("period_diff")
    return _months(a) - _months(b)


def _is_period(period: int) -> bool:
    return period > 0 and 1 <= period % 100 <= 12


def _bad_period(name: str) -> int:
    raise MySQLError(1210, "HY000", f"Incorrect arguments to {name}")


def _months(period: int) -> int:
    period &= 0xFFFFFFFF
    if period == 0 or period > 999_912:
        return 0
    year, month = divmod(period, 100)
    if year < 100:
        year += 2000 if year < 70 else 1900
    return year * 12 + month - 1


# --- the Unix clock -----------------------------------------------------------------------------

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LAST_SECOND = {"mariadb": 2**31 - 1, "mysql8": 32_536_771_199}


@function("UNIX_TIMESTAMP", args=(0, 1), kind="any", context=True)
def unix_timestamp(context: Context, *values: Any) -> int | Decimal | None:
    """Return the seconds since 1970, of now or of a datetime in the session's time zone."""
    if not values:
        return (context.now() - _EPOCH) // dt.timedelta(seconds=1)
    moment = to_datetime(values[0])
    if moment is None:
        return None
    if not moment.month or not moment.day:
        return 0 if context.is_mysql8 else None
    return _seconds_of(context, moment, values[0])


def _seconds_of(context: Context, moment: DateTime, value: Any) -> int | Decimal | None:
    local = dt.datetime(
        max(moment.year, 1), moment.month, moment.day, moment.hour, moment.minute, moment.second
    )
    aware = local.replace(tzinfo=zone(context.time_zone))
    seconds = (aware - _EPOCH) // dt.timedelta(seconds=1)
    if not 0 <= seconds <= _LAST_SECOND[context.flavor]:
        return None if not context.is_mysql8 else 0
    if not moment.fsp:
        return seconds
    return Decimal(f"{seconds}.{moment.micro:06d}"[: moment.fsp - 6 or None])


@function("FROM_UNIXTIME", args=(1, 2), kind="any", context=True)
def from_unixtime(context: Context, seconds: Any, pattern: Any = None) -> Any:
    """Return the datetime so many seconds after 1970, by a format if there is one."""
    found = to_decimal(seconds)
    limit = _LAST_SECOND[context.flavor]
    if found < 0 or found >= limit + 1:
        return None
    fsp = _digits(found)
    if isinstance(seconds, (str, float)):
        fsp = 6 if found % 1 else 0
    whole = int(found)
    micro = int((found - whole) * MICROSECONDS)
    moment = (_EPOCH + dt.timedelta(seconds=whole)).astimezone(zone(context.time_zone))
    value = from_clock(moment.replace(microsecond=micro), fsp)
    if pattern is None:
        return value
    from freshdb.emulation.functions.date_formats import date_format

    return date_format(value, pattern)


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return min(6, max(0, -exponent))


@function("CONVERT_TZ", args=3, kind="datetime")
def convert_tz(value: Any, source: Any, target: Any) -> DateTime | None:
    """Return a datetime of one time zone as it is in another."""
    moment = to_datetime(value, zero_parts=False)
    one, other = find_zone(str(source)), find_zone(str(target))
    if moment is None or one is None or other is None or not moment.month:
        return None
    local = dt.datetime(
        max(moment.year, 1), moment.month, moment.day,
        moment.hour, moment.minute, moment.second, moment.micro, tzinfo=one,
    )  # fmt: skip
    seconds = (local - _EPOCH) // dt.timedelta(seconds=1)
    if not 0 <= seconds <= _LAST_SECOND[active.context.flavor]:
        return moment
    return from_clock(local.astimezone(other), moment.fsp)


# --- parts of a time ----------------------------------------------------------------------------


def _part_of_time(name: str, index: int) -> None:
    def call(value: Any) -> int | None:
        found = to_time(value)
        return found.parts[index] if found else None

    function(name, args=1, kind="int")(call)


_part_of_time("HOUR", 0)
_part_of_time("MINUTE", 1)
_part_of_time("SECOND", 2)
_part_of_time("MICROSECOND", 3)


@function("TIMESTAMP", args=(1, 2), kind="datetime")
def timestamp(value: Any, added: Any = None) -> DateTime | None:
    """Return a datetime, with a time added if there is one."""
    moment = to_datetime(value)
    if moment is None or added is None:
        return moment
    from freshdb.emulation.functions.times import add_time, strict_time

    more = strict_time(added)
    if more is None:
        return None
    found = add_time(moment, more)
    return found if isinstance(found, DateTime) else None
