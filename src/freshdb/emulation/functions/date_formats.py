"""DATE_FORMAT, TIME_FORMAT and GET_FORMAT."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.date_patterns import CODE
from freshdb.emulation.functions.dates.parts import MONTHS, WEEKDAYS, day_of_year
from freshdb.emulation.functions.dates.weeks import week_mode, week_of
from freshdb.emulation.functions.locales import Names, names_of
from freshdb.emulation.functions.spec import function
from freshdb.emulation.functions.temporal.calendar import weekday
from freshdb.emulation.functions.temporal.conversions import to_datetime, to_time
from freshdb.emulation.functions.temporal.datetime_texts import is_no_date
from freshdb.emulation.values import DateTime, Time


def _ordinal(day: int) -> str:
    if 10 <= day <= 19:
        return f"{day}th"
    return f"{day}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th') }"


def _weekday(moment: DateTime) -> int:
    return weekday(moment.year, moment.month, moment.day)


def _name_of_day(moment: DateTime) -> str | None:
    return WEEKDAYS[_weekday(moment)] if moment.month and moment.day else None


def _week(mode: int, index: int) -> Callable[[DateTime], str | None]:
    def call(moment: DateTime) -> str | None:
        if not moment.month and not moment.day and not moment.year:
            return "00" if index else "0000"
        if not moment.month:
            return None
        return f"{week_of(moment, mode)[index]:0{2 if index else 4}d}"

    return call


def _first(found: str | None) -> str | None:
    return found[:3] if found else None


_DATE_CODES: dict[str, Callable[[DateTime], str | None]] = {
    "M": lambda m: MONTHS[m.month - 1] if m.month else None,
    "b": lambda m: MONTHS[m.month - 1][:3] if m.month else None,
    "W": _name_of_day,
    "a": lambda m: _first(_name_of_day(m)),
    "D": lambda m: _ordinal(m.day),
    "Y": lambda m: f"{m.year:04d}",
    "y": lambda m: f"{m.year % 100:02d}",
    "m": lambda m: f"{m.month:02d}",
    "c": lambda m: str(m.month),
    "d": lambda m: f"{m.day:02d}",
    "e": lambda m: str(m.day),
    "j": lambda m: f"{day_of_year(m):03d}" if m.month else None,
    "U": _week(week_mode(0), 1),
    "u": _week(week_mode(1), 1),
    "V": _week(week_mode(2) | 2, 1),
    "v": _week(week_mode(3), 1),
    "X": _week(week_mode(2) | 2, 0),
    "x": _week(week_mode(3), 0),
    "w": lambda m: str((_weekday(m) + 1) % 7) if m.month and m.day else None,
}
_Clock = tuple[int, int, int, int]
_TIME_CODES: dict[str, Callable[[_Clock], str]] = {
    "f": lambda t: f"{t[3]:06d}",
    "H": lambda t: f"{t[0]:02d}",
    "k": lambda t: str(t[0]),
    "h": lambda t: f"{(t[0] % 24 + 11) % 12 + 1:02d}",
    "I": lambda t: f"{(t[0] % 24 + 11) % 12 + 1:02d}",
    "l": lambda t: str((t[0] % 24 + 11) % 12 + 1),
    "i": lambda t: f"{t[1]:02d}",
    "s": lambda t: f"{t[2]:02d}",
    "S": lambda t: f"{t[2]:02d}",
    "p": lambda t: "PM" if t[0] % 24 >= 12 else "AM",
    "r": lambda t: (
        f"{(t[0] % 24 + 11) % 12 + 1:02d}:{t[1]:02d}:{t[2]:02d} {'PM' if t[0] % 24 >= 12 else 'AM'}"
    ),
    "T": lambda t: f"{t[0]:02d}:{t[1]:02d}:{t[2]:02d}",
}


def _formatted(pattern: str, moment: DateTime | None, clock: _Clock) -> str | None:
    """Return the pattern with its codes replaced, None when one of them has no value."""
    parts: list[str] = []
    end = 0
    for match in CODE.finditer(pattern):
        parts.append(pattern[end : match.start()])
        end = match.end()
        found = _code(match[1], moment, clock)
        if found is None:
            return None
        parts.append(found)
    return "".join(parts) + pattern[end:]


def _code(code: str, moment: DateTime | None, clock: _Clock) -> str | None:
    if code in _TIME_CODES:
        return _TIME_CODES[code](clock)
    if code in _DATE_CODES:
        return _DATE_CODES[code](moment) if moment is not None else _without_date(code)
    return code


def _without_date(code: str) -> str | None:
    """Return what TIME_FORMAT makes of a code for a date: MySQL 8 zeros where it has digits."""
    if not active.context.is_mysql8:
        return None
    return {"Y": "0000", "y": "00", "m": "00", "c": "0", "d": "00", "e": "0"}.get(code)


@function("DATE_FORMAT", args=(2, 3), kind="text")
def date_format(value: Any, pattern: Any, locale: Any = None) -> str | None:
    """Return a datetime as a pattern with `%` codes says."""
    if isinstance(value, Time):
        return _formatted_time(value, pattern) if pattern not in ("", b"") else None
    moment = to_datetime(value)
    if moment is None or pattern in ("", b""):
        return None
    names = locale or active.context.system_variables.get("lc_time_names") or "en_US"
    shown = _with_names(characters(pattern), moment, characters(names))
    clock = moment.hour, moment.minute, moment.second, moment.micro
    return None if shown is None else _formatted(shown, moment, clock)


def _formatted_time(value: Time, pattern: Any) -> str | None:
    """Return what DATE_FORMAT makes of a time: its date is the zero date."""
    moment = to_datetime(value) if active.context.is_mysql8 else DateTime(0, 0, 0)
    shown = _formatted(characters(pattern), moment, value.parts)
    return f"-{shown}" if shown is not None and value.micros < 0 else shown


def _with_names(pattern: str, moment: DateTime, locale: str) -> str | None:
    """Return the pattern with `%M %b %W %a` replaced by the names of another language."""
    if locale.lower() == "en_us":
        return pattern
    names = names_of(locale)
    parts: list[str] = []
    for part in re.split(r"(%.)", pattern):
        if part in ("%M", "%b", "%W", "%a"):
            found = _localized(part[1], moment, names)
            if found is None:
                return None
            part = found.replace("%", "%%")  # noqa: PLW2901 - the piece it was becomes its name
        parts.append(part)
    return "".join(parts)


def _localized(code: str, moment: DateTime, names: Names) -> str | None:
    if code in "Mb":
        words = names.months if code == "M" else names.short_months
        return words[moment.month - 1] if moment.month else None
    if not (moment.month and moment.day):
        return None
    return (names.days if code == "W" else names.short_days)[_weekday(moment)]


@function("TIME_FORMAT", args=2, kind="text")
def time_format(value: Any, pattern: Any) -> str | None:
    """Return a time as a pattern with `%` codes says."""
    if isinstance(value, str) and is_no_date(value):
        return None
    found = to_time(value)
    if found is None or pattern in ("", b""):
        return None
    shown = _formatted(characters(pattern), None, found.parts)
    return f"-{shown}" if shown is not None and found.micros < 0 else shown


_FORMATS = {
    ("DATE", "USA"): "%m.%d.%Y",
    ("DATE", "JIS"): "%Y-%m-%d",
    ("DATE", "ISO"): "%Y-%m-%d",
    ("DATE", "EUR"): "%d.%m.%Y",
    ("DATE", "INTERNAL"): "%Y%m%d",
    ("DATETIME", "USA"): "%Y-%m-%d %H.%i.%s",
    ("DATETIME", "JIS"): "%Y-%m-%d %H:%i:%s",
    ("DATETIME", "ISO"): "%Y-%m-%d %H:%i:%s",
    ("DATETIME", "EUR"): "%Y-%m-%d %H.%i.%s",
    ("DATETIME", "INTERNAL"): "%Y%m%d%H%i%s",
    ("TIME", "USA"): "%h:%i:%s %p",
    ("TIME", "JIS"): "%H:%i:%s",
    ("TIME", "ISO"): "%H:%i:%s",
    ("TIME", "EUR"): "%H.%i.%s",
    ("TIME", "INTERNAL"): "%H%i%s",
}


@function("GET_FORMAT", args=2, kind="text")
def get_format(kind: str, standard: Any) -> str | None:
    """Return the pattern of a standard: `GET_FORMAT(DATE, 'EUR')` is `%d.%m.%Y`."""
    name = "DATETIME" if kind.upper() == "TIMESTAMP" else kind.upper()
    return _FORMATS.get((name, characters(standard).upper()))
