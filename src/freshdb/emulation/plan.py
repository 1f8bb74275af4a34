"""A statement that has been compiled: what to run, and how its answer becomes the server's."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from freshdb.emulation.types import SqlType
from freshdb.emulation.values import TAG, to_python

Convert = Callable[[Any], Any]


@dataclass
class Answer:
    """What a statement came to.

    Attributes:
        names: the columns of its result; None where it has no result.
        affected: the number of rows that the driver reports.
        last_id: what the driver reports as `lastrowid`.
    """

    names: Sequence[str] | None = None
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    affected: int = 0
    last_id: int = 0
    types: Sequence[SqlType] = ()


@dataclass
class Plan:
    """One compiled statement.

    Attributes:
        run: executes it on a session, with the bound values in the order of their places.
        sql: what SQLite is given, for the curious.
        names: of named parameters, in the order of their numbers; None for positional ones.
        is_ddl: it changes the schema.
        is_strict: in strict mode, it fails where another statement would warn.
        is_joined: it changes rows that a join has found.
    """

    run: Callable[[Any, Any], Answer]
    sql: list[str]
    names: tuple[str, ...] | None = None
    is_ddl: bool = False
    writes: bool = False
    is_strict: bool = False
    is_joined: bool = False


def converter(kind: SqlType, *, is_raw: bool, is_column: bool) -> Convert | None:
    """Return what turns SQLite's value into the driver's; None where nothing is to be done."""
    name = kind.kind
    if name == "bit" and is_column:
        size = ((kind.length or 1) + 7) // 8
        return lambda value: value.to_bytes(size, "big") if isinstance(value, int) else value
    if name == "double" and kind.name == "float" and is_column and kind.scale is None:
        # A FLOAT holds 24 bits, and shows six digits of them.
        return lambda value: float(f"{value:.6g}") if value.__class__ is float else _tagged(value)
    if name == "double" and kind.scale is not None:
        places = kind.scale
        return lambda value: round(value, places) if value.__class__ is float else _tagged(value)
    if name in ("int", "double") and not is_column:
        return _tagged  # a sum of integers may have outgrown them
    if name in ("int", "bool", "double", "text", "bytes", "null", "year", "enum", "set"):
        return None
    if not is_raw:
        return _tagged
    return _RAW.get(name, _tagged) if name != "decimal" else _decimal_of(kind.scale)


def _tagged(value: Any) -> Any:
    return to_python(value) if value.__class__ is str and value[:1] == TAG else value


def _decimal_of(scale: int | None) -> Convert:
    if scale is None:
        return lambda value: (
            Decimal(repr(value)) if isinstance(value, (int, float)) else _tagged(value)
        )

    def convert(value: Any) -> Any:
        if value.__class__ is float or value.__class__ is int:
            return Decimal(f"{value:.{scale}f}")
        if value.__class__ is str and value[:1] != TAG:
            return Decimal(value)
        return _tagged(value)

    return convert


_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?")
_TIME = re.compile(r"(-?)(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?")


def _datetime(value: Any) -> Any:
    if value.__class__ is not str:
        return value
    match = _MOMENT.fullmatch(value)
    if match is None:
        return _tagged(value)
    year, month, day, hour, minute, second = (int(one) for one in match.groups()[:6])
    micros = int((match[7] or "0").ljust(6, "0"))
    try:
        return dt.datetime(year, month, day, hour, minute, second, micros)
    except ValueError:
        return value


def _date(value: Any) -> Any:
    if value.__class__ is not str or value[:1] == TAG:
        return _tagged(value)
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError:
        return value


def _time(value: Any) -> Any:
    match = _TIME.fullmatch(value) if value.__class__ is str else None
    if match is None:
        return _tagged(value)
    sign, hours, minutes, seconds, digits = match.groups()
    found = dt.timedelta(
        hours=int(hours),
        minutes=int(minutes),
        seconds=int(seconds),
        microseconds=int((digits or "0").ljust(6, "0")),
    )
    return -found if sign else found


_RAW: dict[str, Convert] = {"datetime": _datetime, "date": _date, "time": _time}
