"""Postgres's values as they travel through SQLite: types are known before a statement runs.

Dates are ISO's text, timestamps too and always with six digits, as SQLAlchemy stores them on
SQLite. A numeric is the text of its digits, an interval three numbers, JSON its text.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from freshdb.errors import EmulationError

EXACT = Context(prec=300)
DAY = 86_400_000_000
MONTH = 30 * DAY


class PostgresError(Exception):
    """An error of the server's: SQLSTATE and message."""

    def __init__(self, state: str, message: str) -> None:
        super().__init__(state, message)
        self.state, self.message = state, message


def bad_input(kind: str, text: str) -> PostgresError:
    """Return the error of a text that is no value of a type."""
    state = "22007" if kind in ("date", "timestamp", "interval") else "22P02"
    return PostgresError(state, f'invalid input syntax for type {kind}: "{text}"')


def numeric(value: Any) -> Decimal:
    """Return what a numeric's text, an integer or a float stands for."""
    if isinstance(value, float):
        return Decimal(f"{value:.15g}")
    try:
        found = Decimal(str(value).strip())
    except ArithmeticError:
        raise bad_input("numeric", str(value)) from None
    if not found.is_finite():
        raise EmulationError(f"the numeric {found} is not supported", hint="use a real Postgres")
    return found


def numeric_text(value: Decimal) -> str:
    """Return the digits of a numeric, as the server shows them."""
    text = format(value, "f")
    return text[1:] if text[0] == "-" and not value else text


def rescaled(value: Decimal, scale: int) -> Decimal:
    """Return a numeric with so many digits behind the point, ties away from zero."""
    return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, EXACT)


_STAMP = re.compile(
    r"\s*(\d{4,})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?"
    r"\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?\s*",
    re.IGNORECASE,
)


def stamp(text: Any, *, with_zone: bool = False) -> dt.datetime:
    """Return the timestamp of a text; with a zone it is brought to UTC, without one that is lost.

    Raises:
        PostgresError: 22007 or 22008, where it is none.
        EmulationError: it is in a form that only Postgres reads.
    """
    match = _STAMP.fullmatch(str(text))
    if match is None:
        if re.match(r"\s*\d{4}-\d", str(text)) or not re.search(r"\d", str(text)):
            raise _unread(str(text))
        raise _unread(str(text))
    year, month, day, hour, minute, second = (int(one or 0) for one in match.groups()[:6])
    try:
        micro = int((match[7] or "0").ljust(6, "0"))
        found = dt.datetime(year, month, day, hour, minute, second, micro)
    except ValueError:
        message = f'date/time field value out of range: "{text}"'
        raise PostgresError("22008", message) from None
    zone = match[8]
    if zone and with_zone and zone.upper() not in ("Z", "UTC"):
        sign = -1 if zone[0] == "-" else 1
        digits = zone[1:].replace(":", "").ljust(4, "0")
        found -= sign * dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return found


def _unread(text: str) -> EmulationError:
    return EmulationError(
        f"the date `{text}` is not written by ISO 8601", hint="write it as 2024-01-31 10:20:30"
    )


def stamp_text(value: dt.datetime) -> str:
    """Return a timestamp as it is stored: with six digits, as SQLAlchemy writes it."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


def date_of(text: Any) -> dt.date:
    """Return the date of a text or timestamp."""
    return stamp(text).date()


_UNITS = {
    "year": ("months", 12), "mon": ("months", 1), "month": ("months", 1), "week": ("days", 7),
    "day": ("days", 1), "hour": ("micros", 3_600_000_000), "minute": ("micros", 60_000_000),
    "min": ("micros", 60_000_000), "second": ("micros", 1_000_000), "sec": ("micros", 1_000_000),
    "decade": ("months", 120), "century": ("months", 1200), "hr": ("micros", 3_600_000_000),
    "millisecond": ("micros", 1000), "microsecond": ("micros", 1),
}  # fmt: skip
_PART = re.compile(
    r"\s*([+-]?\d+(?:\.\d+)?)\s*([a-z]+)|\s*([+-]?)(\d+):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?"
)


def interval(text: str) -> tuple[int, int, int]:
    """Return months, days and microseconds of an interval's text."""
    found = {"months": 0, "days": 0, "micros": 0}
    lower, at = text.strip().lower(), 0
    while at < len(lower):
        match = _PART.match(lower, at)
        if match is None:
            raise bad_input("interval", text)
        at = match.end()
        if match[1] is not None:
            name, factor = _UNITS.get(match[2]) or _UNITS.get(match[2].rstrip("s")) or (None, 0)
            if name is None:
                raise bad_input("interval", text)
            amount = Decimal(match[1]) * factor
            if name != "micros" and amount != int(amount):
                raise EmulationError("fractions of days and months are not supported", hint="")
            found[name] += int(amount)
        else:
            seconds = (int(match[4]) * 60 + int(match[5])) * 60 + Decimal(match[6] or 0)
            found["micros"] += int(seconds * 1_000_000) * (-1 if match[3] == "-" else 1)
    return found["months"], found["days"], found["micros"]


def interval_parts(stored: str) -> tuple[int, int, int]:
    """Return months, days and microseconds of an interval as it travels."""
    months, days, micros = stored.split()
    return int(months), int(days), int(micros)


def size(stored: str) -> int:
    """Return an interval in microseconds, a month as thirty days: by this they compare."""
    months, days, micros = interval_parts(stored)
    return months * MONTH + days * DAY + micros


def jsonb_text(value: Any) -> str:
    """Return JSON as jsonb shows it: keys by length and then by bytes, the last of equal ones."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{quoted(key)}: {jsonb_text(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonb_text, value)) + "]"
    if isinstance(value, Decimal):
        return numeric_text(value)
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """Return a text as JSON's string."""
    return json.dumps(text, ensure_ascii=False)


def parsed_json(text: str) -> Any:
    """Return the document of a text; its numbers as decimals.

    Raises:
        PostgresError: 22P02, where it is none.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except ValueError:
        raise PostgresError("22P02", "invalid input syntax for type json") from None


def _no_number(word: str) -> Any:
    raise ValueError(word)


def to_python(kind: str, value: Any) -> Any:
    """Return a result as psycopg gives it."""
    convert = _PYTHON.get(kind)
    return value if value is None or convert is None else convert(value)


def _timedelta(stored: str) -> dt.timedelta:
    months, days, micros = interval_parts(stored)
    years, months = divmod(abs(months), 12)
    extra = (years * 365 + months * 30) * (-1 if stored[0] == "-" else 1)
    return dt.timedelta(days=days + extra, microseconds=micros)


_PYTHON: dict[str, Any] = {
    "bool": bool,
    "numeric": Decimal,
    "date": dt.date.fromisoformat,
    "timestamp": stamp,
    "timestamptz": lambda value: stamp(value).replace(tzinfo=dt.UTC),
    "interval": _timedelta,
    "json": json.loads,
    "jsonb": json.loads,
    "uuid": uuid.UUID,
    "float8": float,
}
