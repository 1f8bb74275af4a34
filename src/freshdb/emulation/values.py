"""MySQL's types as they travel through SQLite, and as Python meets them.

SQLite knows NULL, integers, floats, text and blobs. What else MySQL has travels as *tagged text*:
a character that no data holds (U+FDD0, a Unicode non-character), a letter for the type, and
MySQL's own text of the value. So `IF`, `COALESCE`, subqueries and unions carry types for free.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from typing import Any

TAG = "\ufdd0"
MICROSECONDS = 1_000_000
LARGEST_TIME = (838 * 3600 + 59 * 60 + 59) * MICROSECONDS

# Wide enough for everything between two roundings, so that none of Python's own happens.
EXACT = Context(prec=400, Emax=MAX_EMAX, Emin=MIN_EMIN)
assert EXACT.prec < MAX_PREC


class UInt(int):
    """A BIGINT UNSIGNED: what it is subtracted from cannot go below zero."""

    __slots__ = ()


class Hex(bytes):
    """What `0x41` stands for: bytes, but a number where one is needed."""

    __slots__ = ()


class Moment(str):
    """The text of a date or time that was calculated from text: as a number it is its digits."""

    __slots__ = ()

    @property
    def number(self) -> float:
        """The value in numeric context: 20240131 for `2024-01-31`."""
        return float(("-" if self[:1] == "-" else "") + re.sub(r"[-: ]", "", self))

    @property
    def has_time(self) -> bool:
        """Whether it is more than a date."""
        return ":" in self


class Json(str):
    """The text of a JSON value, which nests in another one unquoted."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Date:
    """A date; month and day may be zero, as MySQL allows."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    @property
    def number(self) -> int:
        """The date in numeric context: 20240131."""
        return self.year * 10000 + self.month * 100 + self.day


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and time of day with `fsp` digits after the seconds."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    micro: int = 0
    fsp: int = 0

    def __str__(self) -> str:
        return (
            f"{self.year:04d}-{self.month:02d}-{self.day:02d} "
            f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction(self.micro, self.fsp)}"
        )

    @property
    def date(self) -> Date:
        return Date(self.year, self.month, self.day)

    @property
    def of_day(self) -> int:
        """Microseconds since midnight."""
        seconds = self.hour * 3600 + self.minute * 60 + self.second
        return seconds * MICROSECONDS + self.micro

    @property
    def number(self) -> int | Decimal:
        """The value in numeric context: 20240131101500, with its fraction where it has one."""
        clock = self.hour * 10000 + self.minute * 100 + self.second
        return _with_fraction(self.date.number * 1_000_000 + clock, self.micro, self.fsp)


@dataclass(frozen=True, slots=True)
class Time:
    """A signed duration in microseconds with `fsp` digits after the seconds."""

    micros: int
    fsp: int = 0

    def __str__(self) -> str:
        sign = "-" if self.micros < 0 else ""
        hours, minutes, seconds, micro = self.parts
        return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction(micro, self.fsp)}"

    @property
    def parts(self) -> tuple[int, int, int, int]:
        """Hours, minutes, seconds and microseconds of the absolute value."""
        seconds, micro = divmod(abs(self.micros), MICROSECONDS)
        minutes, seconds = divmod(seconds, 60)
        hours, minutes = divmod(minutes, 60)
        return hours, minutes, seconds, micro

    @property
    def number(self) -> int | Decimal:
        """The value in numeric context: 101500 for 10:15."""
        hours, minutes, seconds, micro = self.parts
        value = _with_fraction(hours * 10000 + minutes * 100 + seconds, micro, self.fsp)
        return -value if self.micros < 0 else value


Typed = None | int | float | str | bytes | Decimal | Date | DateTime | Time
Stored = None | int | float | str | bytes


def fraction(micro: int, fsp: int) -> str:
    """Return `.123` for the first `fsp` digits of the microseconds; nothing for none."""
    return f".{micro:06d}"[: fsp + 1] if fsp else ""


def _with_fraction(whole: int, micro: int, fsp: int) -> int | Decimal:
    return Decimal(f"{whole}{fraction(micro, fsp)}") if fsp else whole


def decode(value: Any) -> Any:
    """Return the typed value of what SQLite handed over."""
    if value.__class__ is str and value[:1] == TAG:
        return _DECODERS[value[1]](value[2:])
    return value


def decode_text(value: Any) -> Any:
    """Return the typed value, with a date calculated from text as mere text."""
    found = decode(value)
    return str(found) if found.__class__ is Moment else found


def encode(value: Any) -> Stored:
    """Return what SQLite can hold for a typed value."""
    kind = value.__class__
    if kind in _PLAIN:
        if kind is int and not -(2**63) <= value < 2**63:
            return f"{TAG}{'u' if 0 <= value < 2**64 else 'd'}{value}"
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return int(value)
    return _ENCODERS[kind](value)  # type: ignore[no-any-return]  # a table of lambdas


def decimal_text(value: Decimal) -> str:
    """Return a decimal in MySQL's text: all its digits, no exponent, and no negative zero."""
    text = format(value, "f")
    return text[1:] if text[0] == "-" and not value else text


def plain(value: Stored) -> Stored:
    """Return a value without its tag: a date's text, and numbers as SQLite counts with them."""
    if value.__class__ is str and value[:1] == TAG:
        letter, text = value[1], value[2:]
        if letter == "x":
            return bytes.fromhex(text)
        if letter == "d":
            return float(to_python(value))
        return int(text) if letter == "u" and len(text) < 19 else text
    return value


def to_python(value: Any) -> Any:
    """Return a result as PyMySQL gives it: Decimal, date, datetime, timedelta, int, str, bytes.

    A date that Python cannot hold (`0000-00-00`) stays text, as with PyMySQL.
    """
    if value.__class__ is not str or value[:1] != TAG:
        return value
    typed = _DECODERS[value[1]](value[2:])
    convert = _PYTHON.get(typed.__class__)
    return convert(typed) if convert else typed


def from_python(value: Any) -> Any:
    """Return a bound parameter as the text that PyMySQL would have sent is typed."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Decimal):
        return encode(value)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        micros = value // dt.timedelta(microseconds=1)
        return str(Time(micros, 6 if micros % MICROSECONDS else 0))
    return encode(value) if isinstance(value, int) else value


def quote(text: str) -> str:
    """Return the text as a constant of SQLite's SQL."""
    return "'" + text.replace("'", "''") + "'"


def sql_literal(kind: str, text: str) -> str:
    """Return the SQL text of a constant: `sql_literal("decimal", "1.50")`, `("date", "24-1-2")`.

    Raises:
        MySQLError: 1525, when a date or time is impossible.
    """
    from freshdb.emulation.functions.temporal.literals import literal

    if kind == "decimal":
        return quote(str(encode(parse_decimal(text))))
    if kind == "uint":
        return quote(f"{TAG}u{int(text)}")
    if kind in ("json", "hex"):
        return quote(f"{TAG}{'j' if kind == 'json' else 'x'}{text}")
    return quote(str(encode(literal(kind, text))))


def parse_decimal(text: str) -> Decimal:
    """Return a decimal with the digits that were written, at most 38 of them after the point."""
    whole, _, digits = text.partition(".")
    if len(digits) <= 38:
        return Decimal(f"{whole or '0'}.{digits}" if digits else whole)
    return Decimal(text).quantize(Decimal(1).scaleb(-38), ROUND_HALF_UP, EXACT)


def _decode_date(text: str) -> Date:
    return Date(int(text[:4]), int(text[5:7]), int(text[8:10]))


def _decode_datetime(text: str) -> DateTime:
    digits = text[20:]
    return DateTime(
        int(text[:4]), int(text[5:7]), int(text[8:10]),
        int(text[11:13]), int(text[14:16]), int(text[17:19]),
        int(digits.ljust(6, "0")) if digits else 0, len(digits),
    )  # fmt: skip


_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d+))?")


def _decode_time(text: str) -> Time:
    match = _TIME.fullmatch(text)
    assert match is not None, text
    sign, hours, minutes, seconds, digits = match.groups()
    micros = (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * MICROSECONDS
    micros += int((digits or "0").ljust(6, "0"))
    return Time(-micros if sign else micros, len(digits or ""))


_PLAIN = {type(None), int, float, str, bytes}
_DECODERS: dict[str, Any] = {
    "d": Decimal,
    "u": UInt,
    "j": Json,
    "m": Moment,
    "x": lambda text: Hex(bytes.fromhex(text)),
    "D": _decode_date,
    "S": _decode_datetime,
    "T": _decode_time,
}
_ENCODERS: dict[type, Any] = {
    Decimal: lambda value: f"{TAG}d{decimal_text(value)}",
    UInt: lambda value: f"{TAG}u{int(value)}",
    Json: lambda value: f"{TAG}j{value}",
    Moment: lambda value: f"{TAG}m{value}",
    Hex: lambda value: f"{TAG}x{value.hex()}",
    Date: lambda value: f"{TAG}D{value}",
    DateTime: lambda value: f"{TAG}S{value}",
    Time: lambda value: f"{TAG}T{value}",
}


def _python_date(value: Date) -> dt.date | str:
    try:
        return dt.date(value.year, value.month, value.day)
    except ValueError:
        return str(value)


def _python_datetime(value: DateTime) -> dt.datetime | str:
    try:
        return dt.datetime(
            value.year, value.month, value.day,
            value.hour, value.minute, value.second, value.micro,
        )  # fmt: skip
    except ValueError:
        return str(value)


_PYTHON: dict[type, Any] = {
    UInt: int,
    Json: str,
    Moment: str,
    Hex: bytes,
    Date: _python_date,
    DateTime: _python_datetime,
    Time: lambda value: dt.timedelta(microseconds=value.micros),
}
