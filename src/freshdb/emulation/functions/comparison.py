"""Comparisons between values of any types, by MySQL's rules."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from freshdb.emulation.collations import compare_padded, fold_for
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters, number, octets, to_decimal, truth
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.functions.temporal.conversions import to_datetime, to_time
from freshdb.emulation.values import Date, DateTime, Hex, Json, Moment, Time, UInt


def compare(context: Context, one: Any, other: Any, collation: str | None = None) -> int:
    """Return -1, 0 or 1 for two values that are not NULL."""
    a_kind, b_kind = one.__class__, other.__class__
    if a_kind is Moment or b_kind is Moment:
        return compare(context, _settled(one, b_kind), _settled(other, a_kind), collation)
    if a_kind is Hex or b_kind is Hex:
        return _compare_hex(context, one, other, collation)
    if a_kind is str and b_kind is str:
        if one == other:
            return 0
        fold = fold_for(context.flavor, collation)
        return compare_padded(fold(one), fold(other))
    if a_kind is b_kind is int:
        return (one > other) - (one < other)
    if _is_temporal(a_kind) or _is_temporal(b_kind):
        return _compare_temporal(one, other)
    if a_kind in _TEXTS and b_kind in _TEXTS:
        return _compare_texts(context, one, other, collation)
    return _compare_numbers(one, other)


def _settled(value: Any, beside: type) -> Any:
    """Return a date calculated from text as what it is beside another value."""
    if value.__class__ is not Moment:
        return value
    return value.number if beside in (int, float, Decimal, UInt) else str(value)


_TEXTS = {str, bytes, Json}


def _compare_hex(context: Context, one: Any, other: Any, collation: str | None) -> int:
    """Compare `0x41` as bytes with text, as a number with a number."""
    texts = all(each.__class__ in (str, bytes, Json, Hex) for each in (one, other))
    if str in (one.__class__, other.__class__):
        # Beside text the bytes are text too, and compared by its collation.
        shown = [characters(each) for each in (one, other)]
        return compare(context, shown[0], shown[1], collation)
    plain = [
        (bytes(each) if texts else number(each)) if each.__class__ is Hex else each
        for each in (one, other)
    ]
    return compare(context, plain[0], plain[1], collation)


def _is_temporal(kind: type) -> bool:
    return kind is DateTime or kind is Date or kind is Time


def _compare_texts(context: Context, one: Any, other: Any, collation: str | None) -> int:
    if one.__class__ is bytes or other.__class__ is bytes:
        a, b = octets(one), octets(other)
        return (a > b) - (a < b)
    fold = fold_for(context.flavor, collation)
    return compare_padded(fold(str(one)), fold(str(other)))


def _compare_numbers(one: Any, other: Any) -> int:
    a, b = number(one), number(other)
    if a.__class__ is float or b.__class__ is float:
        a, b = float(a), float(b)
    elif a.__class__ is Decimal or b.__class__ is Decimal:
        a, b = to_decimal(a), to_decimal(b)
    return (a > b) - (a < b)


def _compare_temporal(one: Any, other: Any) -> int:
    """Compare as times when both are, as datetimes when one is, as numbers beside a number."""
    kinds = {one.__class__, other.__class__}
    if Time in kinds and kinds & {int, float, Decimal, UInt}:
        return _compare_numbers(one, other)
    if kinds <= {Time, str, bytes, Json}:
        a_time, b_time = to_time(one) or Time(0), to_time(other) or Time(0)
        return (a_time.micros > b_time.micros) - (a_time.micros < b_time.micros)
    x, y = _moment_key(one, kinds), _moment_key(other, kinds)
    return (x > y) - (x < y)


def _moment_key(value: Any, kinds: set[type]) -> tuple[int, int, int, int]:
    """Return what sorts a datetime; what is none counts as zero, or on MySQL 8 is an error."""
    moment = to_datetime(value)
    if moment is None:
        if active.context.is_mysql8:
            kind = "DATE" if DateTime not in kinds else "DATETIME"
            raise MySQLError(1525, "HY000", f"Incorrect {kind} value: '{characters(value)}'")
        return 0, 0, 0, 0
    return moment.year, moment.month, moment.day, moment.of_day


def _unquoted(context: Context, one: Any, other: Any) -> tuple[Any, Any]:
    """Return operands with a JSON string as its characters; of two MariaDB unquotes the first."""
    from freshdb.emulation.functions.json_reading import json_unquote

    if one.__class__ is Json:
        one = json_unquote(one)
        if not context.is_mysql8:
            return one, str(other) if other.__class__ is Json else other
    return one, json_unquote(other) if other.__class__ is Json else other


def _comparison(name: str, holds: Callable[[int], bool]) -> None:
    def call(context: Context, one: Any, other: Any, collation: Any = None) -> bool:
        kinds = {one.__class__, other.__class__}
        if Json in kinds and kinds <= {str, Json}:
            one, other = _unquoted(context, one, other)
        return holds(compare(context, one, other, collation))

    operator(name, args=(2, 3), kind="bool", context=True, deterministic=True)(call)


_comparison("EQ", lambda sign: sign == 0)
_comparison("NE", lambda sign: sign != 0)
_comparison("LT", lambda sign: sign < 0)
_comparison("LE", lambda sign: sign <= 0)
_comparison("GT", lambda sign: sign > 0)
_comparison("GE", lambda sign: sign >= 0)


@operator("NULLSAFE_EQ", args=(2, 3), kind="bool", strict=False, context=True, deterministic=True)
def null_safe_equal(context: Context, one: Any, other: Any, collation: Any = None) -> bool:
    """Return `one <=> other`: NULL equals NULL."""
    if one is None or other is None:
        return one is None and other is None
    return compare(context, one, other, collation) == 0


@operator("IN", args=(1, None), kind="bool", strict=False, context=True, deterministic=True)
def is_in(context: Context, value: Any, *candidates: Any) -> bool | None:
    """Return `value IN (…)`."""
    if value is None:
        return None
    if any(each is not None and compare(context, value, each) == 0 for each in candidates):
        return True
    return None if None in candidates else False


def _one_kind(*values: Any) -> list[Any]:
    kinds = {value.__class__ for value in values if value is not None}
    has_number, has_text = kinds & {int, float, Decimal, UInt}, kinds & {str, bytes, Json}
    if has_number and has_text and not kinds & {Date, DateTime, Time}:
        return [None if value is None else number(value) for value in values]
    return list(values)


def _one_moment(*values: Any) -> list[Any]:
    """Return all values as datetimes where a time is among dates: it counts from today."""
    kinds = {value.__class__ for value in values if value is not None}
    if Time not in kinds or not kinds & {Date, DateTime} or kinds & {int, float, Decimal, UInt}:
        return list(values)
    return [None if value is None else to_datetime(value) or DateTime(0, 0, 0) for value in values]


@operator("BETWEEN", args=(3, 4), kind="bool", strict=False, context=True, deterministic=True)
def is_between(
    context: Context, value: Any, low: Any, high: Any, collation: Any = None
) -> bool | None:
    """Return `value BETWEEN low AND high`; one number among texts makes all of them numbers."""
    value, low, high = _one_moment(*_one_kind(value, low, high))
    above = None if None in (value, low) else compare(context, value, low, collation) >= 0
    below = None if None in (value, high) else compare(context, value, high, collation) <= 0
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


@operator("BOOL", args=1, kind="bool")
def as_bool(value: Any) -> bool | None:
    """Return a value as a condition: 1 or 0."""
    return truth(value)


@operator("NOT", args=1, kind="bool")
def negation(value: Any) -> bool:
    """Return `NOT value`."""
    return not truth(value)


@operator("XOR", args=2, kind="bool")
def exclusive_or(one: Any, other: Any) -> bool:
    """Return `one XOR other`."""
    return truth(one) != truth(other)


@function("STRCMP", args=2, kind="int", context=True, deterministic=True)
def strcmp(context: Context, one: Any, other: Any) -> int:
    """Return -1, 0 or 1 as the first text sorts before, with or after the second."""
    return _compare_texts(context, _as_text(one), _as_text(other), None)


def _as_text(value: Any) -> Any:
    return value if value.__class__ is bytes else characters(value)


@function("ISNULL", args=1, kind="bool", strict=False)
def is_null(value: Any) -> bool:
    """Tell whether a value is NULL."""
    return value is None


@function("INTERVAL", args=(2, None), kind="int", strict=False)
def interval(value: Any, *limits: Any) -> int:
    """Return how many of the ascending limits are not greater than the value, -1 for NULL."""
    if value is None:
        return -1
    found = number(value)
    for index, limit in enumerate(limits):
        if limit is not None and _compare_numbers(found, limit) < 0:
            return index
    return len(limits)
