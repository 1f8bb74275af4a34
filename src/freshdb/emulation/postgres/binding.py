"""Parameters: their places in the text, their types, and the values as they are stored."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import NUMBERS, STAMPS, refused

_PLACES = re.compile(
    r"""(?<![\w])[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|/\*.*?\*/|--[^\n]*|::"""
    # The operators of jsonb, and no places: a text or a list stands behind them, or a place.
    r"""|(?P<operator>\?(?=\s*(?:'|\?|%s|%\(|:\w|\$\d))|\?[|&](?![|&]))"""
    r"""|%%|%s|%\((?P<format>\w+)\)s|\?|(?<![:\w]):(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)


def numbered(text: str, parameters: Any) -> tuple[str, list[Any]]:
    """Return the text with `$1` for every parameter, and the values in that order."""
    if not parameters and parameters is not None:
        return text, []
    values: list[Any] = []
    rest = iter(() if isinstance(parameters, Mapping) or parameters is None else parameters)
    names: dict[str, int] = {}
    count = 0
    # As with psycopg, `%%` is one `%` in constants too, where its places are used.
    is_format = any(one.group() == "%s" or one["format"] for one in _PLACES.finditer(text))

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        word, name = match.group(), match["format"] or match["name"]
        if match["operator"]:
            return word
        if word[0] in "'eE":
            return word.replace("%%", "%") if is_format else word
        if word in ("%s", "?"):
            count += 1
            if parameters is not None:
                values.append(_next(rest))
            return f"${count}"
        if name is None or not (isinstance(parameters, Mapping) or parameters is None):
            return "%" if word == "%%" else word
        if name not in names:
            count += 1
            names[name] = count
            if parameters is not None:
                if name not in parameters:
                    raise PostgresError("08P01", f"there is no value for `{name}`")
                values.append(parameters[name])
        return f"${names[name]}"

    made = _PLACES.sub(replace, text)
    if next(rest, rest) is not rest:
        raise PostgresError("08P01", "there are more values than places")
    return made, values


def _next(rest: Any) -> Any:
    try:
        return next(rest)
    except StopIteration:
        raise PostgresError("08P01", "there are fewer values than places") from None


_KINDS: Sequence[tuple[type, str]] = (
    (bool, "bool"), (float, "float8"), (str, "unknown"), (bytes, "bytea"), (Decimal, "numeric"),
    (dt.date, "date"), (dt.time, "time"), (dt.timedelta, "interval"),
    (uuid.UUID, "uuid"), (dict, "jsonb"),
)  # fmt: skip


def kind_of(value: Any) -> Any:
    """Return the type that psycopg sends a value as."""
    if value is None:
        return "null"
    if isinstance(value, (list, tuple)):
        return _kind_of_list(value)
    if isinstance(value, dt.datetime):
        return "timestamp" if value.tzinfo is None else "timestamptz"
    if isinstance(value, int) and not isinstance(value, bool):
        size = abs(value)
        return (
            "int2"
            if size < 2**15
            else "int4"
            if size < 2**31
            else "int8"
            if size < 2**63
            else "numeric"
        )
    for kind, name in _KINDS:
        if isinstance(value, kind):
            return name
    raise refused(f"a bound value of type {type(value).__name__}", "bind text or a number")


def _kind_of_list(value: Any) -> str:
    kinds = {kind_of(one) for one in value} - {"null"}
    if any(kind.endswith("[]") for kind in kinds):
        raise refused("a bound list of lists", "bind JSON, or several lists")
    if not kinds:
        return "unknown"  # psycopg sends a mere {}
    for family in (NUMBERS, STAMPS):
        if kinds <= set(family):
            return f"{max(kinds, key=family.index)}[]"
    if len(kinds) > 1:
        raise refused("a bound list of several types", "bind values of one type")
    kind = kinds.pop()
    return "text[]" if kind == "unknown" else f"{kind}[]"


def values_of(bound: list[Any]) -> dict[str, Any]:
    """Return what SQLite is given for each place."""
    return {f"p{number}": stored(value) for number, value in enumerate(bound, 1)}


def stored(value: Any) -> Any:
    """Return a value as it travels through SQLite."""
    if isinstance(value, (list, tuple)):
        kind = _kind_of_list(value)
        if kind == "unknown":
            return "{" + ",".join("NULL" for _ in value) + "}"
        inner = "numeric" if kind == "numeric[]" else None
        listed = [str(one) if inner and one is not None else one for one in map(stored, value)]
        return v.array_text(listed)
    if isinstance(value, dt.datetime):
        return v.stamp_text(
            (value if value.tzinfo is None else value.astimezone(dt.UTC)).replace(tzinfo=None)
        )
    if isinstance(value, (dt.date, dt.time, uuid.UUID)):
        return str(value)
    if isinstance(value, Decimal):
        return v.numeric_text(v.numeric(value))
    if isinstance(value, dt.timedelta):
        return f"0 {value.days} {value.seconds * 1_000_000 + value.microseconds}"
    if isinstance(value, dict):
        return v.jsonb_text(value)
    if isinstance(value, int) and abs(value) >= 2**63:
        return str(value)
    return int(value) if isinstance(value, bool) else value
