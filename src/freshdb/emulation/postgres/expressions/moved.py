"""What dates, times and intervals add up to."""

from __future__ import annotations

from collections.abc import Callable

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.expressions.arrays import no_operator
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import NUMBERS, STAMPS, Written

_MOMENTS = (*STAMPS, "time", "interval")
Combine = Callable[[Written, Written, int], Written]


def moved(sign: str, one: Written, other: Written) -> Written | None:
    """Return what two values add up to, where one is a date, a time or an interval.

    Raises:
        PostgresError: 42883, where the server knows no such operator.
    """
    if one.kind not in _MOMENTS and other.kind not in _MOMENTS:
        return None
    if sign == "+" and (other.kind, one.kind) in _SUMS and (one.kind, other.kind) not in _SUMS:
        one, other = other, one
    if sign == "*" and other.kind == "interval":
        one, other = other, one
    if sign in "*/" and one.kind == "interval" and other.kind in (*NUMBERS, "unknown", "null"):
        factor = types.as_kind(other, "float8").sql
        name = "times" if sign == "*" else "over"
        return Written(f"pg_interval_{name}({one.sql}, {factor})", "interval")
    one, other = _guessed(sign, one, other)
    number = -1 if sign == "-" else 1
    if sign == "-" and (one.kind, other.kind) in _DIFFERENCES:
        return _DIFFERENCES[one.kind, other.kind](one, other, number)
    combine = _SUMS.get((one.kind, other.kind))
    if combine is None or sign not in "+-":
        raise no_operator(one, sign, other)
    if sign == "-" and (one.kind, other.kind) in _NOT_SUBTRACTED:
        raise no_operator(one, sign, other)
    return combine(one, other, number)


def _guessed(sign: str, one: Written, other: Written) -> tuple[Written, Written]:
    """Return both with a type for a mere constant: the server's guess is the other's own type."""
    if other.kind in ("unknown", "null"):
        kind = one.kind
        if one.kind in ("timestamp", "timestamptz", "time") and sign == "+":
            kind = "interval"
        if one.kind == "date" and sign == "+":
            raise PostgresError("42725", "operator is not unique: date + unknown")
        return one, types.as_kind(other, kind)
    if one.kind in ("unknown", "null"):
        kind = other.kind
        if sign == "-" and other.kind == "interval":
            kind = "interval"
        if sign == "+" and other.kind != "interval":
            kind = "interval"
            return other, types.as_kind(one, kind)
        return types.as_kind(one, kind), other
    return one, other


def _with_interval(kind: str) -> Combine:
    def combine(one: Written, other: Written, number: int) -> Written:
        return Written(f"pg_add_interval({one.sql}, {other.sql}, {number})", kind)

    return combine


def _with_days(one: Written, other: Written, number: int) -> Written:
    return Written(f"pg_add_days({one.sql}, {number} * ({other.sql}))", "date")


def _with_time(kind: str) -> Combine:
    def combine(one: Written, other: Written, number: int) -> Written:
        span = f"pg_cast({other.sql}, 'time', 'interval')"
        return Written(f"pg_add_interval({one.sql}, {span}, {number})", kind)

    return combine


def _intervals(one: Written, other: Written, number: int) -> Written:
    return Written(f"pg_interval_add({one.sql}, {other.sql}, {number})", "interval")


def _clock(one: Written, other: Written, number: int) -> Written:
    return Written(f"pg_time_add({one.sql}, {other.sql}, {number})", "time")


def _clocks(one: Written, other: Written, number: int) -> Written:
    parts = [f"pg_cast({part.sql}, 'time', 'interval')" for part in (one, other)]
    return Written(f"pg_interval_add({parts[0]}, {parts[1]}, -1)", "interval")


def _days(one: Written, other: Written, number: int) -> Written:
    return Written(f"pg_days_between({one.sql}, {other.sql})", "int4")


def _stamps(one: Written, other: Written, number: int) -> Written:
    return Written(f"pg_between_stamps({one.sql}, {other.sql})", "interval")


_SUMS: dict[tuple[str, str], Combine] = {
    ("date", "interval"): _with_interval("timestamp"),
    ("timestamp", "interval"): _with_interval("timestamp"),
    ("timestamptz", "interval"): _with_interval("timestamptz"),
    ("date", "int4"): _with_days,
    ("date", "int2"): _with_days,
    ("date", "time"): _with_time("timestamp"),
    ("timestamp", "time"): _with_time("timestamp"),
    ("interval", "interval"): _intervals,
    ("time", "interval"): _clock,
}
_NOT_SUBTRACTED = {("date", "time")}
_DIFFERENCES: dict[tuple[str, str], Combine] = {
    ("date", "date"): _days,
    ("time", "time"): _clocks,
    **{
        (one, other): _stamps
        for one in STAMPS
        for other in STAMPS
        if (one, other) != ("date", "date")
    },
}
