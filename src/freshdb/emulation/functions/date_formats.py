"""DATE_FORMAT, TIME_FORMAT, GET_FORMAT, and STR_TO_DATE, which reads what they write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.functions.dates.parts import MONTHS, WEEKDAYS, day_of_year
from freshdb.emulation.functions.dates.weeks import week_mode, week_of
from freshdb.emulation.functions.locales import Names, names_of
from freshdb.emulation.functions.spec import function, operator
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
_CODE = re.compile(r"%(.)", re.DOTALL)


def _formatted(pattern: str, moment: DateTime | None, clock: _Clock) -> str | None:
    """Return the pattern with its codes replaced, None when one of them has no value."""
    parts: list[str] = []
    end = 0
    for match in _CODE.finditer(pattern):
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


@function("TIME_FORMAT", args=(2, 3), kind="text")
def time_format(value: Any, pattern: Any, locale: Any = None) -> str | None:
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


# --- STR_TO_DATE --------------------------------------------------------------------------------

_READ_DATE = frozenset("MVUXYWabcjmvuxyw")
_READ_TIME = frozenset("fHISThiklrs")
_WIDTHS = {"Y": 4, "y": 2, "m": 2, "c": 2, "d": 2, "e": 2, "j": 3, "H": 2, "k": 2, "h": 2, "I": 2,
           "l": 2, "i": 2, "s": 2, "S": 2, "U": 2, "u": 2, "V": 2, "v": 2, "X": 4, "x": 4,
           "w": 1, "D": 2, "f": 6}  # fmt: skip


class _NoMatchError(Exception):
    """Raised where a text does not follow its pattern."""


class _Reading:
    """Reads a text along a pattern and collects the fields."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.fields: dict[str, int] = {}
        self.afternoon: bool | None = None

    def read(self, pattern: str) -> None:
        """Follow a pattern; the end of the text before that of the pattern is fine."""
        index = 0
        while index < len(pattern) and self.at < len(self.text):
            sign = pattern[index]
            if sign == "%" and index + 1 < len(pattern):
                self._skip_space()
                self._code(pattern[index + 1])
                index += 2
                continue
            if sign.isspace():
                self._skip_space()
            elif self.text[self.at] == sign:
                self.at += 1
            else:
                self._skip_space()
                if self.text[self.at : self.at + 1] != sign:
                    raise _NoMatchError
                self.at += 1
            index += 1

    def _skip_space(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _digits(self, width: int) -> str:
        match = re.compile(rf"\d{{1,{width}}}", re.ASCII).match(self.text, self.at)
        if match is None:
            raise _NoMatchError
        self.at = match.end()
        return match[0]

    def _word(self, words: tuple[str, ...], length: int | None = None) -> int:
        rest = self.text[self.at :].lower()
        best = max(
            (word[:length] for word in words if rest.startswith(word[:length].lower())),
            key=len, default=None,
        )  # fmt: skip
        if best is None:
            return self._beginning_of(words)
        self.at += len(best)
        return next(i for i, word in enumerate(words) if word[:length] == best)

    def _beginning_of(self, words: tuple[str, ...]) -> int:
        """Return which word the letters here are the beginning of, where it is one only."""
        match = re.compile(r"[^\W\d_]+").match(self.text, self.at)
        letters = match[0].lower() if match else ""
        found = [i for i, word in enumerate(words) if letters and word.lower().startswith(letters)]
        if len(found) != 1:
            raise _NoMatchError
        self.at += len(letters)
        return found[0]

    def _code(self, code: str) -> None:
        if code in _SPECIAL:
            _SPECIAL[code](self)
        elif code in _WIDTHS:
            self.fields[_FIELD.get(code, code)] = int(self._digits(_WIDTHS[code]))
            if code in "hIl":
                self.fields["twelve"] = 1
            if code in "hIl" and not 1 <= self.fields["H"] <= 12:
                raise _NoMatchError
        elif self.text[self.at] == code:
            self.at += 1
        else:
            raise _NoMatchError

    def year(self) -> None:
        """Read `%Y`; fewer digits than three mean 1970 to 2069."""
        digits = self._digits(4)
        self.fields["Y"] = _full_year(int(digits)) if len(digits) <= 2 else int(digits)

    def short_year(self) -> None:
        """Read `%y`."""
        self.fields["Y"] = _full_year(int(self._digits(2)))

    def month_name(self) -> None:
        """Read `%M`, a name."""
        self.fields["m"] = self._word(MONTHS) + 1

    def short_month_name(self) -> None:
        """Read `%b`, the first three letters of a name."""
        self.fields["m"] = self._word(MONTHS, 3) + 1

    def day_name(self) -> None:
        """Read `%W`, a name."""
        self.fields["weekday"] = self._word(WEEKDAYS) + 1

    def short_day_name(self) -> None:
        """Read `%a`, the first three letters of a name."""
        self.fields["weekday"] = self._word(WEEKDAYS, 3) + 1

    def day_number(self) -> None:
        """Read `%w`: 0 is Sunday."""
        digit = int(self._digits(1))
        if digit > 6:
            raise _NoMatchError
        self.fields["weekday"] = digit or 7

    def ordinal(self) -> None:
        """Read `%D`: a number and two letters."""
        self.fields["d"] = int(self._digits(2))
        self.at = min(len(self.text), self.at + 2)

    def fraction(self) -> None:
        """Read `%f`: up to six digits after the point."""
        self.fields["f"] = int(self._digits(6).ljust(6, "0"))

    def half(self) -> None:
        """Read `%p`."""
        word = self.text[self.at : self.at + 2].upper()
        if word not in ("AM", "PM"):
            raise _NoMatchError
        self.afternoon = word == "PM"
        self.at += 2

    def clock(self) -> None:
        """Read `%T`."""
        self.read("%H:%i:%S")

    def clock_of_twelve(self) -> None:
        """Read `%r`."""
        self.read("%I:%i:%S %p")

    def skip(self, test: Callable[[str], bool]) -> None:
        """Step over characters of a kind."""
        while self.at < len(self.text) and test(self.text[self.at]):
            self.at += 1


_FIELD = {"c": "m", "e": "d", "k": "H", "h": "H", "I": "H", "l": "H", "S": "s"}
_SPECIAL: dict[str, Callable[[_Reading], None]] = {
    "Y": _Reading.year,
    "y": _Reading.short_year,
    "M": _Reading.month_name,
    "b": _Reading.short_month_name,
    "W": _Reading.day_name,
    "a": _Reading.short_day_name,
    "w": _Reading.day_number,
    "D": _Reading.ordinal,
    "f": _Reading.fraction,
    "p": _Reading.half,
    "T": _Reading.clock,
    "r": _Reading.clock_of_twelve,
    "#": lambda reading: reading.skip(str.isdigit),
    "@": lambda reading: reading.skip(str.isalpha),
    ".": lambda reading: reading.skip(lambda sign: not sign.isalnum() and not sign.isspace()),
}


def _full_year(value: int) -> int:
    return value + (2000 if value < 70 else 1900)


@function("STR_TO_DATE", args=2, kind="any")
def str_to_date(value: Any, pattern: Any) -> Any:
    """Return the date, time or datetime that a text gives by a pattern, NULL if it does not."""
    return _read_by(value, pattern, in_full=False)


@operator("STR_TO_DATETIME", args=2)
def str_to_datetime(value: Any, pattern: Any) -> Any:
    """Return a datetime: what STR_TO_DATE gives where its pattern is no constant."""
    return _read_by(value, pattern, in_full=True)


def _read_by(value: Any, pattern: Any, *, in_full: bool) -> Any:
    from freshdb.emulation.functions.str_to_date import assemble

    text, form = characters(value), characters(pattern)
    reading = _Reading(text)
    try:
        reading.read(form)
        found = assemble(reading.fields, reading.afternoon, form, in_full=in_full)
    except _NoMatchError:
        found = None
    if found is None:
        kind = _kind_name(form)
        warn(1411, f"Incorrect {kind} value: '{text}' for function str_to_date")
    elif text[reading.at :].strip():
        warn(1292, f"Truncated incorrect {_kind_name(form)} value: '{text}'")
    return found


def _kind_name(pattern: str) -> str:
    codes = set(_CODE.findall(pattern))
    if codes & _READ_DATE:
        return "datetime" if codes & _READ_TIME else "date"
    return "time" if codes & _READ_TIME else "datetime"


def shape(pattern: str) -> tuple[bool, bool, bool]:
    """Return whether a pattern has codes of a date, of a time, and of microseconds."""
    codes = set(_CODE.findall(pattern))
    return bool(codes & _READ_DATE), bool(codes & _READ_TIME), "f" in codes
