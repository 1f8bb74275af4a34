"""Calculations with two numbers of one type, by the server's rules for ranges and digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric, numeric_text

LIMITS = {"int2": 15, "int4": 31, "int8": 63}
NAMES = {"int2": "smallint", "int4": "integer", "int8": "bigint"}


def in_range(value: int, kind: str) -> int:
    """Return an integer that its type can hold, or raise 22003."""
    limit = 1 << LIMITS[kind]
    if not -limit <= value < limit:
        raise PostgresError("22003", f"{NAMES[kind]} out of range")
    return value


@function("calc")
def calc(sign: str, kind: str, one: Any, other: Any) -> Any:
    """Return `one sign other`, both of one type of number."""
    if kind == "numeric":
        return calc_numeric(sign, numeric(one), numeric(other))
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


def calc_numeric(sign: str, one: Decimal, other: Decimal) -> str:
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
