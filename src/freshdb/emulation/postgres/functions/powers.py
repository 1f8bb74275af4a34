"""Powers, roots and logarithms: of doubles as C has them, of numerics to the server's digits."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric, numeric_text
from freshdb.errors import EmulationError

_LEAST_DIGITS, _MOST_SCALE = 16, 1000
_PRECISE = Context(prec=120)


def _scale(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _shown(value: Decimal, scale: int) -> str:
    return numeric_text(v.rescaled(value, min(max(scale, 0), _MOST_SCALE)))


@function("sqrt")
def sqrt(kind: str, value: Any) -> Any:
    """Return the square root."""
    found = numeric(value) if kind == "numeric" else float(value)
    if found < 0:
        raise PostgresError("2201F", "cannot take square root of a negative number")
    if kind == "float8":
        return math.sqrt(float(found))
    one = Decimal(found)
    # The server counts a numeric in groups of four digits.
    weight = one.adjusted() // 4 if one else 0
    before = weight * 2 + 1 if weight >= 0 else 1 - (1 - weight * 4) // 2
    scale = max(_LEAST_DIGITS - before, _scale(one), 0)
    return _shown(_PRECISE.sqrt(one), scale)


@function("exp")
def exp(kind: str, value: Any) -> Any:
    """Return e to the power of a value."""
    if kind == "float8":
        try:
            return math.exp(value)
        except OverflowError:
            raise PostgresError("22003", "value out of range: overflow") from None
    one = numeric(value)
    if abs(one) > 500:
        raise EmulationError("exp of so large a numeric is not supported", hint="use a double")
    before = int(one * Decimal("0.434294481903252"))
    return _shown(_PRECISE.exp(one), max(_LEAST_DIGITS - before, _scale(one)))


def _checked(value: Any) -> Any:
    if value == 0:
        raise PostgresError("2201E", "cannot take logarithm of zero")
    if value < 0:
        raise PostgresError("2201E", "cannot take logarithm of a negative number")
    return value


def _ln_digits(one: Decimal) -> int:
    """Return how many digits the logarithm has before the point, as the server guesses it."""
    logarithm = _PRECISE.ln(one)
    return int(math.log10(abs(logarithm))) if logarithm else 0


@function("ln")
def ln(kind: str, value: Any) -> Any:
    """Return the natural logarithm."""
    if kind == "float8":
        return math.log(_checked(float(value)))
    one = _checked(numeric(value))
    scale = max(_LEAST_DIGITS - _ln_digits(one), _scale(one), 0)
    return _shown(_PRECISE.ln(one), scale)


@function("log10")
def log10(kind: str, value: Any) -> Any:
    """Return the logarithm to base ten."""
    if kind == "float8":
        return math.log10(_checked(float(value)))
    return log_of("10", value)


@function("log_of")
def log_of(base: str, value: str) -> str:
    """Return the logarithm of a value to a base."""
    one, other = _checked(numeric(base)), _checked(numeric(value))
    if one == 1:
        raise PostgresError("22012", "division by zero")
    weight = _ln_digits(other) - _ln_digits(one)
    scale = max(_LEAST_DIGITS - weight, _scale(one), _scale(other), 0)
    return _shown(_PRECISE.divide(_PRECISE.ln(other), _PRECISE.ln(one)), scale)


@function("power")
def power(kind: str, one: Any, other: Any) -> Any:
    """Return `one ^ other`."""
    if kind == "float8":
        return _of_doubles(float(one), float(other))
    base, exponent = numeric(one), numeric(other)
    if not base and exponent < 0:
        raise PostgresError("2201F", "zero raised to a negative power is undefined")
    is_whole = exponent == exponent.to_integral_value()
    if base < 0 and not is_whole:
        text = "a negative number raised to a non-integer power yields a complex result"
        raise PostgresError("2201F", text)
    if not base:
        return _shown(Decimal(int(not exponent)), max(_LEAST_DIGITS, _scale(base)))
    digits = int(exponent * _PRECISE.log10(abs(base)))
    if abs(digits) > 300:
        raise EmulationError("so large a power is not supported", hint="use a double")
    context = Context(prec=400, rounding=ROUND_HALF_UP)
    found = context.power(base, int(exponent) if is_whole else exponent)
    if is_whole:
        scale = max(_LEAST_DIGITS, _scale(base), 0)
    else:
        scale = max(_LEAST_DIGITS - digits, _scale(base), _scale(exponent), 0)
    return _shown(found, scale)


def _of_doubles(one: float, other: float) -> float:
    if not one and other < 0:
        raise PostgresError("2201F", "zero raised to a negative power is undefined")
    if one < 0 and other != int(other):
        text = "a negative number raised to a non-integer power yields a complex result"
        raise PostgresError("2201F", text)
    try:
        return float(one**other)
    except OverflowError:
        raise PostgresError("22003", "value out of range: overflow") from None
