"""IF, IFNULL, COALESCE, NULLIF, GREATEST, LEAST, CASE: one type for several arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import number, rescale, scale_of, text, to_decimal, truth
from freshdb.emulation.functions.comparison import compare
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.functions.temporal.conversions import to_date, to_datetime, to_time
from freshdb.emulation.values import Date, DateTime, Hex, Json, Time, UInt

NUMBERS = {int, UInt, Decimal, float, bool}


def common_kind(values: Iterable[Any]) -> type | None:
    """Return the type in which values of these types meet, None when all are NULL."""
    kinds = {value.__class__ for value in values if value is not None}
    if not kinds:
        return None
    if len(kinds) == 1:
        return kinds.pop()
    if Hex in kinds:
        kinds = (kinds - {Hex}) | {UInt if kinds <= {Hex, *NUMBERS} else bytes}
        if len(kinds) == 1:
            return kinds.pop()
    if kinds <= NUMBERS:
        for kind in (float, Decimal):
            if kind in kinds:
                return kind
        return Decimal if UInt in kinds else int
    if kinds <= {Date, DateTime, Time}:
        return DateTime
    return bytes if bytes in kinds else str


def unify(value: Any, values: Iterable[Any]) -> Any:
    """Return the value as the common type of all has it: 1 beside 1.5 is 1.0."""
    if value is None:
        return None
    every = list(values)
    kind = common_kind(every)
    if kind is Decimal:
        scale = max(scale_of(each) for each in every if each is not None)
        return rescale(to_decimal(value), scale)
    if kind is value.__class__:
        return _same_fraction(value, every)
    if kind is float:
        return float(number(value))
    if kind is UInt:
        return UInt(number(value))
    if kind is DateTime:
        return _same_fraction(to_datetime(value), every)
    if kind is bytes:
        return text(value).encode() if not isinstance(value, bytes) else value
    return text(value) if kind is str else value


def _same_fraction(value: Any, every: list[Any]) -> Any:
    """Give a time as many fraction digits as the longest of its companions."""
    if value.__class__ is Time or value.__class__ is DateTime:
        fsp = max(getattr(each, "fsp", 0) for each in every if each is not None)
        if fsp != value.fsp:
            from dataclasses import replace

            return replace(value, fsp=fsp)
    return value


@function("IF", args=3, kind="any", strict=False)
def if_(condition: Any, then: Any, otherwise: Any) -> Any:
    """Return the second argument when the first is true, else the third."""
    return unify(then if truth(condition) else otherwise, (then, otherwise))


@function("IFNULL", "NVL", args=2, kind="any", strict=False)
def ifnull(value: Any, otherwise: Any) -> Any:
    """Return the first argument, or the second when that is NULL."""
    return unify(otherwise if value is None else value, (value, otherwise))


@function("NVL2", args=3, kind="any", strict=False)
def nvl2(value: Any, then: Any, otherwise: Any) -> Any:
    """Return the second argument when the first is not NULL, else the third."""
    return unify(otherwise if value is None else then, (then, otherwise))


@function("COALESCE", args=(1, None), kind="any", strict=False)
def coalesce(*values: Any) -> Any:
    """Return the first argument that is not NULL."""
    return unify(next((value for value in values if value is not None), None), values)


@function("NULLIF", args=2, kind="any", strict=False, context=True, deterministic=True)
def nullif(context: Context, one: Any, other: Any) -> Any:
    """Return the first argument, or NULL when the second equals it."""
    if one is None or other is None:
        return one
    return None if compare(context, one, other) == 0 else one


@operator("CASE", args=(2, None), strict=False)
def case(*parts: Any) -> Any:
    """Return the value after the first true condition, or the last argument if it has none."""
    pairs, rest = len(parts) // 2, parts[-1] if len(parts) % 2 else None
    values = [*parts[1 : 2 * pairs : 2], rest]
    for index in range(pairs):
        if truth(parts[2 * index]):
            return unify(parts[2 * index + 1], values)
    return unify(rest, values)


@function("GREATEST", args=(2, None), kind="any", context=True, deterministic=True)
def greatest(context: Context, *values: Any) -> Any:
    """Return the largest argument."""
    return _extreme(context, values, 1)


@operator("GREATEST_BY", args=(3, None), context=True, deterministic=True)
def greatest_by(context: Context, collation: str, *values: Any) -> Any:
    """Return the text that is largest by a collation."""
    return _extreme(context, values, 1, collation)


@operator("LEAST_BY", args=(3, None), context=True, deterministic=True)
def least_by(context: Context, collation: str, *values: Any) -> Any:
    """Return the text that is smallest by a collation."""
    return _extreme(context, values, -1, collation)


@function("LEAST", args=(2, None), kind="any", context=True, deterministic=True)
def least(context: Context, *values: Any) -> Any:
    """Return the smallest argument."""
    return _extreme(context, values, -1)


_TEMPORAL: dict[Any, Callable[[Any], Any]] = {Date: to_date, DateTime: to_datetime, Time: to_time}

# What is no date counts as zero; what is no time makes the result NULL.
_ZERO: dict[Any, Any] = {Date: Date(0, 0, 0), DateTime: DateTime(0, 0, 0), Time: None}


def _extreme(
    context: Context, values: tuple[Any, ...], sign: int, collation: str | None = None
) -> Any:
    kind = _extreme_kind(values)
    if kind is float:
        values = tuple(float(number(value)) for value in values)
    elif kind in _TEMPORAL:
        values = tuple(_TEMPORAL[kind](value) or _ZERO[kind] for value in values)
        if None in values:
            return None
    best = values[0]
    for value in values[1:]:
        if compare(context, value, best, collation) * sign > 0:
            best = value
    return unify(best, values)


def _extreme_kind(values: tuple[Any, ...]) -> type | None:
    """Text beside a number counts as a number, unlike in COALESCE."""
    kinds = {value.__class__ for value in values}
    if kinds & {Date, DateTime, Time} and not active.context.is_mysql8:
        return common_kind(value for value in values if value.__class__ in _TEMPORAL)
    if kinds & NUMBERS and kinds & {str, bytes, Json}:
        return float
    return common_kind(values)
