"""Functions on numbers: rounding, powers, angles."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.functions.arithmetic import division_by_zero, negate, out_of_range
from freshdb.emulation.functions.coercions import (
    DECIMAL_SCALE,
    LARGEST_INT,
    LARGEST_UINT,
    SMALLEST_INT,
    characters,
    number,
    to_float,
    to_int,
)
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import EXACT, UInt


@function("ABS", args=1, kind="any")
def absolute(value: Any) -> Any:
    """Return a number without its sign."""
    found = number(value)
    if found.__class__ is int and found == SMALLEST_INT:
        raise out_of_range("BIGINT", f"abs({found})")
    return negate(found) if found < 0 else found


@function("SIGN", args=1, kind="int")
def sign(value: Any) -> int:
    """Return -1, 0 or 1."""
    found = number(value)
    return (found > 0) - (found < 0)


@function("CEILING", "CEIL", args=1, kind="any")
def ceiling(value: Any) -> Any:
    """Return the smallest whole number that is not less."""
    return _whole(value, math.ceil, ROUND_CEILING)


@function("FLOOR", args=1, kind="any")
def floor(value: Any) -> Any:
    """Return the largest whole number that is not greater."""
    return _whole(value, math.floor, ROUND_FLOOR)


def _whole(value: Any, of_float: Callable[[float], int], rounding: str) -> Any:
    found = number(value)
    if found.__class__ is float:
        return float(of_float(found)) if math.isfinite(found) else found
    if found.__class__ is Decimal:
        return _narrow(found.quantize(Decimal(1), rounding, EXACT))
    return found


def _narrow(value: Decimal) -> Any:
    """Return a whole decimal as an integer, if it is one of 64 bits."""
    whole = int(value)
    return whole if SMALLEST_INT <= whole <= LARGEST_INT else value


@function("ROUND", args=(1, 2), kind="any")
def round_(value: Any, digits: Any = 0) -> Any:
    """Return a number rounded to so many places, exact numbers half away from zero."""
    return _shorten(value, digits, ROUND_HALF_UP)


@function("TRUNCATE", args=2, kind="any")
def truncate(value: Any, digits: Any) -> Any:
    """Return a number without the digits beyond so many after the point."""
    return _shorten(value, digits, ROUND_DOWN)


def _shorten(value: Any, digits: Any, rounding: str) -> Any:
    found, places = number(value), to_int(digits)
    if isinstance(digits, UInt):
        places = min(int(digits), LARGEST_INT)
    if found.__class__ is Decimal:
        return shorten_decimal(found, places, rounding)
    if found.__class__ is float:
        return shorten_float(found, places, rounding)
    return _shorten_int(found, places, rounding)


def shorten_decimal(value: Decimal, places: int, rounding: str) -> Decimal:
    """Return a decimal with so many digits behind the point."""
    scale = min(places, DECIMAL_SCALE)
    if scale < -80:
        return Decimal(0)
    found = value.quantize(Decimal(1).scaleb(-scale), rounding, EXACT)
    return found.quantize(Decimal(1)) if scale < 0 else found


def shorten_float(value: float, places: int, rounding: str) -> float:
    """Return a double with so many digits behind the point."""
    if not math.isfinite(value) or places > 308:
        return value
    if places < -308:
        return 0.0
    power = 10.0 ** abs(places)
    scaled = value * power if places >= 0 else value / power
    if not math.isfinite(scaled):
        return value
    whole = math.trunc(scaled) if rounding == ROUND_DOWN else round(scaled)
    found = whole / power if places >= 0 else whole * power
    return found if math.isfinite(found) else value


def _shorten_int(value: int, places: int, rounding: str) -> Any:
    if places >= 0:
        return value
    if places < -20:
        return type(value)(0)
    unit = 10**-places
    size, rest = divmod(abs(value), unit)
    if rounding == ROUND_HALF_UP and rest * 2 >= unit:
        size += 1
    result = size * unit * (-1 if value < 0 else 1)
    if value.__class__ is UInt:
        return UInt(result) if result <= LARGEST_UINT else out_of_range_value(value, places)
    if not SMALLEST_INT <= result <= LARGEST_INT:
        return out_of_range_value(value, places)
    return result


def out_of_range_value(value: int, places: int) -> Any:
    """Raise error 1690 for an integer that rounding made too large."""
    raise out_of_range("BIGINT", f"round({value},{places})")


def _of_float(name: str, calculate: Callable[[float], float], *more: str) -> None:
    def call(value: Any) -> float | None:
        try:
            return calculate(to_float(value))
        except ValueError:
            return None
        except OverflowError:
            raise out_of_range("DOUBLE", f"{name.lower()}({characters(value)})") from None

    function(name, *more, args=1, kind="double")(call)


_of_float("SIN", math.sin)
_of_float("COS", math.cos)
_of_float("TAN", math.tan)
_of_float("ASIN", math.asin)
_of_float("ACOS", math.acos)
_of_float("DEGREES", lambda value: value * (180 / math.pi))
_of_float("RADIANS", lambda value: value * (math.pi / 180))
_of_float("EXP", math.exp)
_of_float("SQRT", math.sqrt)


@function("COT", args=1, kind="double")
def cotangent(value: Any) -> float:
    """Return the cotangent."""
    tangent = math.tan(to_float(value))
    if not tangent:
        raise out_of_range("DOUBLE", f"cot({characters(value)})")
    return 1 / tangent


@function("ATAN", "ATAN2", args=(1, 2), kind="double")
def arc_tangent(value: Any, other: Any = None) -> float:
    """Return the arc tangent of a number, or of a quotient with its quadrant."""
    if other is None:
        return math.atan(to_float(value))
    return math.atan2(to_float(value), to_float(other))


def _logarithm(value: float, calculate: Callable[[float], float]) -> float | None:
    return calculate(value) if value > 0 else division_by_zero()


@function("LN", args=1, kind="double")
def natural_logarithm(value: Any) -> float | None:
    """Return the natural logarithm, NULL for what has none."""
    return _logarithm(to_float(value), math.log)


@function("LOG10", args=1, kind="double")
def logarithm_10(value: Any) -> float | None:
    """Return the logarithm to the base 10."""
    return _logarithm(to_float(value), math.log10)


@function("LOG2", args=1, kind="double")
def logarithm_2(value: Any) -> float | None:
    """Return the logarithm to the base 2."""
    return _logarithm(to_float(value), lambda found: math.log(found) / math.log(2))


@function("LOG", args=(1, 2), kind="double")
def logarithm(base: Any, value: Any = None) -> float | None:
    """Return `LOG(x)`, the natural logarithm, or `LOG(base, x)`."""
    if value is None:
        return natural_logarithm(base)
    found, root = to_float(value), to_float(base)
    if found <= 0 or root <= 0 or root == 1:
        return division_by_zero()
    return math.log(found) / math.log(root)


@function("POW", "POWER", args=2, kind="double")
def power(base: Any, exponent: Any) -> float | None:
    """Return a power; error 1690 where it is too large."""
    a, b = to_float(base), to_float(exponent)
    try:
        return math.pow(a, b)
    except (OverflowError, ValueError):
        shown = f"pow({characters(base)},{characters(exponent)})"
        raise out_of_range("DOUBLE", shown) from None


@function("PI", args=0, kind="double")
def pi() -> float:
    """Return π; a server shows six digits of it."""
    return math.pi


@function("RAND", args=(0, 2), kind="double", strict=False, context=True)
def rand(context: Context, *seed: Any) -> float:
    """Return a number from 0 up to 1; with a seed the server's own series.

    Behind the seed stands the number of the call in its statement: each has a series of its own.
    A seed that is no constant, and has no number, begins its series in every row.
    """
    if not seed:
        return context.random.random()
    start = to_int(seed[0]) if seed[0] is not None else 0
    place = seed[1] if len(seed) > 1 else None
    one, two = (context.seeded.get(place) if place is not None else None) or _seeds(start)
    one = (one * 3 + two) % _MODULUS
    two = (one + two + 33) % _MODULUS
    if place is not None:
        context.seeded[place] = (one, two)
    return one / _MODULUS


_MODULUS = 0x3FFFFFFF


def _seeds(start: int) -> tuple[int, int]:
    low = start & 0xFFFFFFFF
    one = (low * 0x10001 + 55555555) & 0xFFFFFFFF
    two = (low * 0x10000001) & 0xFFFFFFFF
    return one % _MODULUS, two % _MODULUS
