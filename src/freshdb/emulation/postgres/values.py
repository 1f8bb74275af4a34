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

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres.problems import PostgresError, bad_input
from freshdb.errors import EmulationError

EXACT = Context(prec=300)


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


_SPECIAL = ("now", "today", "tomorrow", "yesterday", "infinity", "-infinity", "epoch", "allballs")
_STAMP = re.compile(
    r"\s*(\d{4,})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?)?"
    r"\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?\s*",
    re.IGNORECASE,
)


def stamp(text: Any, *, with_zone: bool = False, digits: int = -1) -> dt.datetime:
    """Return the timestamp of a text; with a zone it is brought to UTC, without one that is lost.

    Raises:
        PostgresError: 22007 or 22008, where it is none.
        EmulationError: it is in a form that only Postgres reads.
    """
    match = _STAMP.fullmatch(str(text))
    if match is None:
        raise _unread(str(text))
    year, month, day, hour, minute, second = (int(one or 0) for one in match.groups()[:6])
    if hour == 24 or second == 60:
        raise _unread(str(text))
    try:
        micro = int((match[7] or "0").ljust(6, "0"))
        found = dt.datetime(year, month, day, hour, minute, second, micro)
    except ValueError:
        message = f'date/time field value out of range: "{text}"'
        raise PostgresError("22008", message) from None
    zone = match[8]
    if zone and with_zone and zone.upper() not in ("Z", "UTC"):
        sign = -1 if zone[0] == "-" else 1
        clock = zone[1:].replace(":", "").ljust(4, "0")
        found -= sign * dt.timedelta(hours=int(clock[:2]), minutes=int(clock[2:]))
    if 0 <= digits < 6:
        step = 10 ** (6 - digits)
        rounded = (found.microsecond + step // 2) // step * step
        found = found.replace(microsecond=0) + dt.timedelta(microseconds=rounded)
    return found


def _unread(text: str) -> Exception:
    if not re.search(r"\d", text) and text.strip().lower() not in _SPECIAL:
        return bad_input("timestamp", text)
    return EmulationError(
        f"the date `{text}` is not written by ISO 8601", hint="write it as 2024-01-31 10:20:30"
    )


def stamp_text(value: dt.datetime) -> str:
    """Return a timestamp as it is stored: with six digits, as SQLAlchemy writes it."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


def date_of(text: Any) -> dt.date:
    """Return the date of a text or timestamp."""
    return stamp(text).date()


def sorted_keys(node: dict[str, Any]) -> list[str]:
    """Return an object's keys as jsonb keeps them: by length and then by bytes."""
    return sorted(node, key=lambda key: (len(key.encode()), key.encode()))


def jsonb_text(value: Any) -> str:
    """Return JSON as jsonb shows it."""
    if isinstance(value, dict):
        listed = (f"{quoted(key)}: {jsonb_text(value[key])}" for key in sorted_keys(value))
        return "{" + ", ".join(listed) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(jsonb_text, value)) + "]"
    if isinstance(value, Decimal):
        return numeric_text(value)
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def verbatim_json(text: str) -> Any:
    """Return the document of a text of type json, whose parts are scalars.

    Raises:
        EmulationError: a part of it is an object or a list, whose own text would be lost.
    """
    node = parsed_json(text)
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if any(isinstance(one, (dict, list)) for one in parts):
        raise EmulationError("a part of json that is an object is not supported", hint="use jsonb")
    return node


def json_text(kind: str, node: Any) -> str:
    """Return a part of a document as its text."""
    return jsonb_text(node)


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
    if value is None:
        return None
    if kind.endswith("[]"):
        return [to_python(kind[:-2], one) for one in json.loads(value)]
    convert = _PYTHON.get(kind)
    return value if convert is None else convert(value)


def array_text(values: list[Any]) -> str:
    """Return an array as it travels: its elements, as each of them does, as JSON's list."""
    return json.dumps(values, ensure_ascii=False)


_PYTHON: dict[str, Any] = {
    "bool": bool,
    "numeric": Decimal,
    "date": dt.date.fromisoformat,
    "timestamp": stamp,
    "timestamptz": lambda value: stamp(value).replace(tzinfo=dt.UTC),
    "interval": intervals.to_python,
    "json": json.loads,
    "jsonb": json.loads,
    "uuid": uuid.UUID,
    "float8": float,
    "time": dt.time.fromisoformat,
    "bytea": bytes,
}
