"""EXTRACT: the parts of dates, times and intervals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.moments import unit_of
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric_text

_EPOCH = dt.datetime(1970, 1, 1)


def _micros(moment: Any) -> int:
    return int(moment.second * 1_000_000 + moment.microsecond)


_CLOCK: dict[str, Callable[[Any], Any]] = {
    "hour": lambda m: m.hour,
    "minute": lambda m: m.minute,
    "second": lambda m: Decimal(_micros(m)).scaleb(-6),
    "millisecond": lambda m: Decimal(_micros(m)).scaleb(-3),
    "microsecond": _micros,
}
_DAYS: dict[str, Callable[[Any], Any]] = {
    "year": lambda m: m.year, "month": lambda m: m.month, "day": lambda m: m.day,
    "quarter": lambda m: (m.month + 2) // 3, "dow": lambda m: m.isoweekday() % 7,
    "isodow": lambda m: m.isoweekday(), "doy": lambda m: m.timetuple().tm_yday,
    "week": lambda m: m.isocalendar()[1], "isoyear": lambda m: m.isocalendar()[0],
    "decade": lambda m: m.year // 10, "century": lambda m: (m.year + 99) // 100,
    "millennium": lambda m: (m.year + 999) // 1000,
    "julian": lambda m: m.toordinal() + 1721425,
}  # fmt: skip


def _epoch(moment: dt.datetime) -> Decimal:
    return Decimal((moment - _EPOCH) // dt.timedelta(microseconds=1)).scaleb(-6)


def known_units(kind: str) -> set[str]:
    """Return the parts that values of a type have."""
    found = {"epoch", *(_DAYS if kind not in ("time", "interval") else ())}
    if kind == "interval":
        found |= set(_SPANS)
    if kind != "date":
        found |= set(_CLOCK)
    return found - ({"julian"} if kind != "date" else set())


@function("part")
def part(unit: str, kind: str, value: str) -> str:
    """Return `EXTRACT(unit FROM value)`, a numeric."""
    name = unit_of(unit, {*_DAYS, *_CLOCK, "epoch"})
    if name not in known_units(kind):
        known = name in {*_DAYS, *_CLOCK}
        state, word = ("0A000", "supported") if known else ("22023", "recognized")
        raise PostgresError(state, f'unit "{unit}" not {word} for type {kind}')
    if kind == "interval":
        found = _of_interval(name, *intervals.parts(value))
    elif kind == "time":
        clock = dt.time.fromisoformat(value)
        moment = dt.datetime.combine(_EPOCH, clock)
        found = _epoch(moment) if name == "epoch" else _CLOCK[name](moment)
    else:
        moment = v.stamp(value)
        found = _epoch(moment) if name == "epoch" else {**_DAYS, **_CLOCK}[name](moment)
        if name == "epoch" and kind == "date":
            found = int(found)
    return numeric_text(found) if isinstance(found, Decimal) else str(found)


def _towards_zero(value: int, by: int) -> int:
    return abs(value) // by * (1 if value >= 0 else -1)


_SPANS: dict[str, Callable[[int, int, int], Any]] = {
    "year": lambda months, days, micros: _towards_zero(months, 12),
    "month": lambda months, days, micros: months - _towards_zero(months, 12) * 12,
    "quarter": lambda months, days, micros: (
        _towards_zero(months - _towards_zero(months, 12) * 12, 3) + 1
    ),
    "day": lambda months, days, micros: days,
    "decade": lambda months, days, micros: _towards_zero(months, 120),
    "century": lambda months, days, micros: _towards_zero(months, 1200),
    "millennium": lambda months, days, micros: _towards_zero(months, 12000),
    "hour": lambda months, days, micros: _towards_zero(micros, 3_600_000_000),
}


def _of_interval(name: str, months: int, days: int, micros: int) -> Any:
    if name in _SPANS:
        return _SPANS[name](months, days, micros)
    rest = micros - _towards_zero(micros, 3_600_000_000) * 3_600_000_000
    minutes = _towards_zero(rest, 60_000_000)
    if name == "minute":
        return minutes
    rest -= minutes * 60_000_000
    if name == "epoch":
        years = _towards_zero(months, 12)
        whole = years * 31_557_600 + (months - years * 12) * 2_592_000 + days * 86400
        return Decimal(whole * 1_000_000 + micros).scaleb(-6)
    return {
        "second": Decimal(rest).scaleb(-6),
        "millisecond": Decimal(rest).scaleb(-3),
        "microsecond": rest,
    }[name]
