"""Postgres's functions and operators, as functions of SQLite's called `pg_…`."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import re
import sqlite3
import uuid
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from functools import cmp_to_key
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.values import PostgresError, numeric, numeric_text
from freshdb.errors import EmulationError

FUNCTIONS: dict[str, tuple[Callable[..., Any], bool]] = {}
"""Name to body, and whether a NULL argument makes the result NULL."""
LIMITS = {"int2": 15, "int4": 31, "int8": 63}
NAMES = {"int2": "smallint", "int4": "integer", "int8": "bigint"}


def function(name: str, *, strict: bool = True) -> Callable[[Any], Any]:
    """Declare the body of `pg_<name>`."""

    def declare(body: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[f"pg_{name}"] = (body, strict)
        return body

    return declare


def in_range(value: int, kind: str) -> int:
    """Return an integer that its type can hold, or raise 22003."""
    limit = 1 << LIMITS[kind]
    if not -limit <= value < limit:
        raise PostgresError("22003", f"{NAMES[kind]} out of range")
    return value


# Arithmetic


@function("calc")
def calc(sign: str, kind: str, one: Any, other: Any) -> Any:
    """Return `one sign other`, both of one type of number."""
    if kind == "numeric":
        return _calc_numeric(sign, numeric(one), numeric(other))
    if sign in "/%" and not other:
        raise PostgresError("22012", "division by zero")
    if kind == "float8":
        return _calc_float(sign, float(one), float(other))
    if sign in "/%":
        quotient = abs(one) // abs(other)
        quotient = -quotient if (one < 0) != (other < 0) else quotient
        return in_range(quotient if sign == "/" else one - other * quotient, kind)
    return in_range({"+": one + other, "-": one - other, "*": one * other}[sign], kind)


def _calc_float(sign: str, one: float, other: float) -> float:
    if sign == "%":
        raise PostgresError("42883", "operator does not exist: double precision % double precision")
    combine: dict[str, Callable[[], float]] = {
        "+": lambda: one + other, "-": lambda: one - other,
        "*": lambda: one * other, "/": lambda: one / other,
    }  # fmt: skip
    found = combine[sign]()
    if not math.isfinite(found):
        raise PostgresError("22003", "value out of range: overflow")
    return float(found)


def _scale(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _weight(value: Decimal) -> int:
    """Return the place of the first group of four digits, as the server counts them."""
    return value.adjusted() // 4 if value else 0


def _first_group(value: Decimal) -> int:
    return int(abs(value).scaleb(-4 * _weight(value), v.EXACT)) if value else 0


def _calc_numeric(sign: str, one: Decimal, other: Decimal) -> str:
    if sign in "/%" and not other:
        raise PostgresError("22012", "division by zero")
    if sign == "/":
        # The server gives a quotient 16 significant digits at least.
        weight = _weight(one) - _weight(other)
        if _first_group(one) <= _first_group(other):
            weight -= 1
        scale = max(16 - weight * 4, _scale(one), _scale(other), 0)
        return numeric_text(v.rescaled(v.EXACT.divide(one, other), min(scale, 1000)))
    exact = {"+": v.EXACT.add, "-": v.EXACT.subtract, "*": v.EXACT.multiply}
    if sign == "%":
        found = v.EXACT.remainder(one, other)
        return numeric_text(v.rescaled(found, max(_scale(one), _scale(other))))
    return numeric_text(exact[sign](one, other))


@function("neg")
def neg(kind: str, value: Any) -> Any:
    """Return `-value`."""
    if kind == "numeric":
        return numeric_text(v.EXACT.minus(numeric(value)))
    return -value if kind == "float8" else in_range(-value, kind)


@function("compare")
def compare(kind: str, one: Any, other: Any) -> int:
    """Return -1, 0 or 1 for two values of a type that SQLite itself cannot compare."""
    key = {"numeric": numeric, "interval": v.size, "jsonb": v.parsed_json}[kind]
    a, b = key(one), key(other)
    if kind == "jsonb":
        return int(a != b or str(type(a)) != str(type(b)))
    return int(a > b) - int(a < b)


# Numbers


@function("round")
def round_(kind: str, value: Any, digits: int = 0) -> Any:
    """Return a number rounded: a numeric ties away from zero, a double to even."""
    if kind == "float8":
        return float(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN, v.EXACT))
    found = v.rescaled(numeric(value), digits)
    return numeric_text(found if digits >= 0 else found.quantize(Decimal(1), context=v.EXACT))


@function("whole")
def whole(name: str, kind: str, value: Any) -> Any:
    """Return floor, ceil or trunc of a number."""
    if kind == "float8":
        floats: dict[str, Callable[[float], int]]
        floats = {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}
        return float(floats[name](value))
    modes: dict[str, str] = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "trunc": "ROUND_DOWN"}
    return numeric_text(numeric(value).quantize(Decimal(1), modes[name], v.EXACT))


@function("abs")
def absolute(kind: str, value: Any) -> Any:
    """Return a number without its sign."""
    if kind == "numeric":
        return numeric_text(abs(numeric(value)))
    return abs(value) if kind == "float8" else in_range(abs(value), kind)


@function("sqrt")
def sqrt(value: float) -> float:
    """Return the square root of a double."""
    if value < 0:
        raise PostgresError("2201F", "cannot take square root of a negative number")
    return math.sqrt(value)


# Text


@function("like")
def like(value: str, pattern: str, folds: int, escape: str = "\\") -> int:
    """Return `value LIKE pattern`, or ILIKE."""
    parts, index = [], 0
    while index < len(pattern):
        sign = pattern[index]
        if escape and sign == escape:
            index += 1
            if index >= len(pattern):
                raise PostgresError("22025", "LIKE pattern must not end with escape character")
            parts.append(re.escape(pattern[index]))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign, re.escape(sign)))
        index += 1
    flags = re.DOTALL | (re.IGNORECASE if folds else 0)
    return int(re.fullmatch("".join(parts), value, flags) is not None)


_PLAIN_PATTERN = re.compile(r"(?:[^\\()\[\]{}*+?]|\\[dws.]|\[[\w^ -]+\]|[*+?](?![*+?]))*")


@function("match")
def match(value: str, pattern: str, folds: int) -> int:
    """Return `value ~ pattern`, for patterns that mean the same in Python."""
    if _PLAIN_PATTERN.fullmatch(pattern) is None:
        raise EmulationError(
            f"the regular expression `{pattern}` is not supported",
            hint="use LIKE, or a simpler one",
        )
    flags = re.DOTALL | (re.IGNORECASE if folds else 0)
    return int(re.search(re.sub(r"\$$", r"\\Z", pattern), value, flags) is not None)


@function("substring")
def substring(value: str, start: int, count: int | None = None) -> str:
    """Return `substring(value FROM start FOR count)`."""
    if count is not None and count < 0:
        raise PostgresError("22011", "negative substring length not allowed")
    end = len(value) if count is None else max(start - 1 + count, 0)
    return value[max(start - 1, 0) : end]


@function("left")
def left(value: str, count: int) -> str:
    """Return the first characters; with a negative count all but the last."""
    return value[:count]


@function("right")
def right(value: str, count: int) -> str:
    """Return the last characters; with a negative count all but the first."""
    return value[-count:] if count else ""


@function("split_part")
def split_part(value: str, delimiter: str, number: int) -> str:
    """Return the n-th part of a text."""
    if not number:
        raise PostgresError("22023", "field position must not be zero")
    parts = value.split(delimiter) if delimiter else [value]
    index = number - 1 if number > 0 else len(parts) + number
    return parts[index] if 0 <= index < len(parts) else ""


@function("trim")
def trim(where: str, value: str, signs: str = " ") -> str:
    """Return a text without characters at its ends."""
    return {"BOTH": value.strip, "LEADING": value.lstrip, "TRAILING": value.rstrip}[where](signs)


@function("pad")
def pad(side: str, value: str, count: int, fill: str = " ") -> str:
    """Return lpad or rpad."""
    missing = max(count, 0) - len(value)
    if missing <= 0 or not fill:
        return value[: max(count, 0)]
    more = (fill * (missing // len(fill) + 1))[:missing]
    return more + value if side == "l" else value + more


@function("text")
def text_function(name: str, value: str) -> Any:
    """Return what a function of one text gives."""
    return _OF_TEXT[name](value)


_OF_TEXT: dict[str, Callable[[str], Any]] = {
    "upper": lambda text: "".join(one if one == "ß" else one.upper() for one in text),
    "lower": str.lower,
    "length": len,
    "octet_length": lambda text: len(text.encode()),
    "reverse": lambda text: text[::-1],
    "md5": lambda text: hashlib.md5(text.encode()).hexdigest(),  # noqa: S324  # Postgres's
    "initcap": lambda text: re.sub(
        r"[^\W_]+", lambda found: found[0][0].upper() + found[0][1:].lower(), text
    ),
    "ascii": lambda text: ord(text[0]) if text else 0,
}


@function("repeat")
def repeat(value: str, count: int) -> str:
    """Return a text several times."""
    if len(value) * max(count, 0) > 10_000_000:
        raise EmulationError("a text of that length is not supported", hint="make it shorter")
    return value * max(count, 0)


@function("replace")
def replace(value: str, old: str, new: str) -> str:
    """Return a text with a part replaced everywhere."""
    return value.replace(old, new) if old else value


@function("position")
def position(part: str, value: str) -> int:
    """Return where a part begins, from 1; 0 where it is not there."""
    return value.find(part) + 1


@function("concat", strict=False)
def concat(*values: Any) -> str:
    """Return texts as one; NULL counts as none."""
    return "".join(one for one in values if one is not None)


@function("concat_ws", strict=False)
def concat_ws(separator: str | None, *values: Any) -> str | None:
    """Return texts with a separator between them."""
    return None if separator is None else separator.join(one for one in values if one is not None)


@function("uuid_new")
def uuid_new() -> str:
    """Return a new random UUID."""
    return str(uuid.uuid4())


# Dates


@function("add_interval")
def add_interval(value: str, stored: str, sign: int) -> str:
    """Return a timestamp plus or minus an interval: months first, ending where they end."""
    months, days, micros = v.interval_parts(stored)
    moment = v.stamp(value)
    total = moment.year * 12 + moment.month - 1 + sign * months
    year, month = divmod(total, 12)
    try:
        last = (dt.date(year + month // 11, (month + 1) % 12 + 1, 1) - dt.timedelta(1)).day
        moment = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
        return v.stamp_text(moment + sign * dt.timedelta(days=days, microseconds=micros))
    except (ValueError, OverflowError):
        raise PostgresError("22008", "timestamp out of range") from None


@function("between_stamps")
def between_stamps(one: str, other: str) -> str:
    """Return `timestamp - timestamp`: days and microseconds."""
    micros = (v.stamp(one) - v.stamp(other)) // dt.timedelta(microseconds=1)
    days = int(micros / v.DAY)
    return f"0 {days} {micros - days * v.DAY}"


@function("days_between")
def days_between(one: str, other: str) -> int:
    """Return `date - date`."""
    return (v.date_of(one) - v.date_of(other)).days


@function("add_days")
def add_days(value: str, days: int) -> str:
    """Return `date + integer`."""
    try:
        return (v.date_of(value) + dt.timedelta(days=days)).isoformat()
    except OverflowError:
        raise PostgresError("22008", "date out of range") from None


@function("trunc_stamp")
def trunc_stamp(unit: str, value: str) -> str:
    """Return `date_trunc(unit, value)`."""
    moment = v.stamp(value)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    forms: dict[str, Callable[[], dt.datetime]] = {
        "microseconds": lambda: moment,
        "second": lambda: moment.replace(microsecond=0),
        "minute": lambda: moment.replace(second=0, microsecond=0),
        "hour": lambda: moment.replace(minute=0, second=0, microsecond=0),
        "day": lambda: day,
        "week": lambda: day - dt.timedelta(days=day.weekday()),
        "month": lambda: day.replace(day=1),
        "quarter": lambda: day.replace(day=1, month=(day.month - 1) // 3 * 3 + 1),
        "year": lambda: day.replace(day=1, month=1),
    }
    form = forms.get(unit.lower())
    if form is None:
        raise EmulationError(f"date_trunc('{unit}') is not supported", hint="truncate in Python")
    return v.stamp_text(form())


PARTS: dict[str, Callable[[dt.datetime], Any]] = {
    "year": lambda m: m.year, "month": lambda m: m.month, "day": lambda m: m.day,
    "hour": lambda m: m.hour, "minute": lambda m: m.minute,
    "quarter": lambda m: (m.month + 2) // 3, "dow": lambda m: m.isoweekday() % 7,
    "isodow": lambda m: m.isoweekday(), "doy": lambda m: m.timetuple().tm_yday,
    "week": lambda m: m.isocalendar()[1], "isoyear": lambda m: m.isocalendar()[0],
    "second": lambda m: Decimal(m.second * 1_000_000 + m.microsecond).scaleb(-6),
    "epoch": lambda m: Decimal(
        (m - dt.datetime(1970, 1, 1)) // dt.timedelta(microseconds=1)
    ).scaleb(-6),
}  # fmt: skip


@function("part")
def part(unit: str, value: str) -> str:
    """Return `EXTRACT(unit FROM value)`, a numeric."""
    found = PARTS[unit](v.stamp(value))
    return numeric_text(found) if isinstance(found, Decimal) else str(found)


_CODES: dict[str, Callable[[dt.datetime], str]] = {
    "YYYY": lambda m: f"{m.year:04d}", "MM": lambda m: f"{m.month:02d}",
    "DD": lambda m: f"{m.day:02d}", "HH24": lambda m: f"{m.hour:02d}",
    "HH12": lambda m: f"{(m.hour + 11) % 12 + 1:02d}", "MI": lambda m: f"{m.minute:02d}",
    "SS": lambda m: f"{m.second:02d}", "MS": lambda m: f"{m.microsecond // 1000:03d}",
    "US": lambda m: f"{m.microsecond:06d}", "YY": lambda m: f"{m.year % 100:02d}",
}  # fmt: skip
_FORM = re.compile("YYYY|YY|MM|DD|HH24|HH12|MI|SS|MS|US|[ :./,_-]|T")


@function("to_char")
def to_char(value: str, form: str) -> str:
    """Return a timestamp by a template of digits."""
    parts = _FORM.findall(form)
    if "".join(parts) != form:
        raise EmulationError(f"to_char by `{form}` is not supported", hint="format it in Python")
    moment = v.stamp(value)
    return "".join(_CODES[one](moment) if one in _CODES else one for one in parts)


# Aggregates


class _Sum:
    """SUM and AVG of one type: `kind` decides about the type of the result."""

    is_average = False

    def __init__(self) -> None:
        self.kind, self.count, self.total, self.scale = "", 0, Decimal(0), 0
        self.floats: list[float] = []

    def step(self, kind: str, value: Any) -> None:
        """Take a value in."""
        if value is None:
            return
        self.kind = kind
        self.count += 1
        if kind == "float8":
            self.floats.append(float(value))
        else:
            self.total = v.EXACT.add(self.total, numeric(value))

    def inverse(self, kind: str, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is None:
            return
        self.count -= 1
        if kind == "float8":
            self.floats.remove(float(value))
        else:
            self.total = v.EXACT.subtract(self.total, numeric(value))

    def value(self) -> Any:
        """Return the sum, or the mean."""
        if not self.count:
            return None
        if self.kind == "float8":
            return sum(self.floats) / (self.count if self.is_average else 1)
        if self.is_average:
            return _calc_numeric("/", self.total, Decimal(self.count))
        return int(self.total) if self.kind in ("int2", "int4") else numeric_text(self.total)

    finalize = value


class _Mean(_Sum):
    is_average = True


class _Extreme:
    sign = 1

    def __init__(self) -> None:
        self.values: list[tuple[Decimal | int, Any]] = []

    def step(self, kind: str, value: Any) -> None:
        """Take a value in."""
        if value is not None:
            self.values.append(((numeric if kind == "numeric" else v.size)(value), value))

    def inverse(self, kind: str, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is not None:
            self.values.remove(((numeric if kind == "numeric" else v.size)(value), value))

    def value(self) -> Any:
        """Return the largest, or the least."""
        best = None
        for one in self.values:
            if best is None or (one[0] - best[0]) * self.sign > 0:
                best = one
        return best[1] if best else None

    finalize = value


class _Least(_Extreme):
    sign = -1


class _Strings:
    """string_agg, with ORDER BY: the key comes as the last argument."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, str, str]] = []

    def step(self, value: str | None, separator: str | None, descends: int, key: Any) -> None:
        """Take a row in."""
        self.descends = descends
        if value is not None:
            self.rows.append((key, value, separator or ""))

    def finalize(self) -> str | None:
        """Return the texts as one."""
        if not self.rows:
            return None
        if self.descends >= 0:
            # NULL counts as the largest.
            self.rows.sort(key=cmp_to_key(_by_first), reverse=bool(self.descends))
        first, *rest = self.rows
        return first[1] + "".join(separator + value for _, value, separator in rest)


def _by_first(one: Any, other: Any) -> int:
    return _order(one[0], other[0])


def _order(one: Any, other: Any) -> int:
    if one is None or other is None:
        return (one is None) - (other is None)
    return int(one > other) - int(one < other)


def register(connection: sqlite3.Connection, fail: Callable[[Exception], None]) -> None:
    """Register everything on a connection; `fail` keeps the error that SQLite would hide."""
    for name, (body, strict) in FUNCTIONS.items():
        call = _guarded(body, fail, strict=strict)
        connection.create_function(name, -1, call, deterministic=name != "pg_uuid_new")
    aggregates: dict[str, Any] = {"sum": _Sum, "avg": _Mean, "max": _Extreme, "min": _Least}
    for name, kind in aggregates.items():
        connection.create_window_function(f"pg_{name}", 2, kind)
    connection.create_aggregate("pg_string_agg", 4, _Strings)  # type: ignore[arg-type]
    connection.create_collation("pg_numeric", lambda a, b: int(compare("numeric", a, b)))


def _guarded(
    body: Callable[..., Any], fail: Callable[[Exception], None], *, strict: bool
) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if strict and None in arguments:
            return None
        try:
            return body(*arguments)
        except (PostgresError, EmulationError) as error:
            fail(error)
            raise
        except Exception as error:
            refusal = EmulationError(f"a value is not supported: {error}", hint="")
            fail(refusal)
            raise refusal from error

    return call
