"""Functions of one number."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.arithmetic import LIMITS, in_range
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric, numeric_text
from freshdb.errors import EmulationError


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
    modes: dict[str, str] = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "trunc": ROUND_DOWN}
    return numeric_text(numeric(value).quantize(Decimal(1), modes[name], v.EXACT))


@function("abs")
def absolute(kind: str, value: Any) -> Any:
    """Return a number without its sign."""
    if kind == "numeric":
        return numeric_text(abs(numeric(value)))
    return abs(value) if kind == "float8" else in_range(abs(value), kind)


@function("trunc")
def trunc(value: str, digits: int) -> str:
    """Return a numeric cut behind so many digits."""
    step = Decimal(1).scaleb(-digits)
    found = numeric(value).quantize(step, ROUND_DOWN, v.EXACT)
    return numeric_text(found if digits >= 0 else found.quantize(Decimal(1), context=v.EXACT))


@function("sign")
def sign(kind: str, value: Any) -> Any:
    """Return -1, 0 or 1."""
    found = numeric(value)
    result = int(found > 0) - int(found < 0)
    return str(result) if kind == "numeric" else float(result)


_DEGREE = 0.0174532925199432957692


@function("float")
def float_function(name: str, value: float) -> float:
    """Return a function of one double."""
    if name == "cbrt":
        return math.copysign(_near_root(abs(value)), value)
    if name in ("degrees", "radians"):
        return value / _DEGREE if name == "degrees" else value * _DEGREE
    if name == "cot":
        return 1 / math.tan(value)
    if name == "sqrt" and value < 0:
        raise PostgresError("2201F", "cannot take square root of a negative number")
    try:
        return float(getattr(math, name)(value))
    except (ValueError, OverflowError):
        raise PostgresError("22003", "input is out of range") from None


def _near_root(value: float) -> float:
    return float(math.cbrt(value))


@function("float2")
def float_of_two(name: str, one: float, other: float) -> float:
    """Return a function of two doubles."""
    return float(getattr(math, name)(one, other))


@function("pi")
def pi() -> float:
    """Return pi."""
    return math.pi


@function("divisor")
def divisor(kind: str, one: int, other: int) -> int:
    """Return the greatest common divisor."""
    return in_range(math.gcd(one, other), kind)


@function("not_unique", strict=False)
def not_unique(one: int, other: int) -> int:
    """Refuse what the server cannot choose a function for."""
    raise PostgresError("42725", "function is not unique")


@function("multiple")
def multiple(kind: str, one: int, other: int) -> int:
    """Return the least common multiple."""
    return in_range(math.lcm(one, other), kind)


@function("div")
def div(one: str, other: str) -> str:
    """Return a quotient cut to an integer."""
    divisor_ = numeric(other)
    if not divisor_:
        raise PostgresError("22012", "division by zero")
    quotient = v.EXACT.divide(numeric(one), divisor_)
    return numeric_text(quotient.quantize(Decimal(1), ROUND_DOWN, v.EXACT))


@function("factorial")
def factorial(value: int) -> str:
    """Return a factorial."""
    if value < 0:
        raise PostgresError("22003", "factorial of a negative number is undefined")
    if value > 170:
        raise EmulationError("the factorial of so large a number is not supported", hint="")
    return str(math.factorial(value))


@function("scale")
def scale(value: str) -> int:
    """Return how many digits stand behind the point."""
    return max(0, -int(numeric(value).as_tuple().exponent))


@function("min_scale")
def min_scale(value: str) -> int:
    """Return how many digits behind the point are needed."""
    return len(value.partition(".")[2].rstrip("0"))


@function("trim_scale")
def trim_scale(value: str) -> str:
    """Return a numeric without zeros behind the point that say nothing."""
    return value.rstrip("0").rstrip(".") if "." in value else value


@function("width_bucket")
def width_bucket(value: str, low: str, high: str, count: int) -> int:
    """Return the number of the bucket that a value falls into."""
    one, first, last = map(numeric, (value, low, high))
    if count <= 0 or first == last:
        raise PostgresError("2201G", "count must be greater than zero, and the bounds unequal")
    if first > last:
        one, first, last = -one, -first, -last
    if one < first:
        return 0
    return count + 1 if one >= last else int((one - first) * count / (last - first)) + 1


@function("width_bucket_float")
def width_bucket_float(value: float, low: float, high: float, count: int) -> int:
    """Return the number of the bucket that a double falls into."""
    if count <= 0 or low == high:
        raise PostgresError("2201G", "count must be greater than zero, and the bounds unequal")
    if low > high:
        value, low, high = -value, -low, -high
    if value < low:
        return 0
    return count + 1 if value >= high else int((value - low) / (high - low) * count) + 1


@function("to_hex")
def to_hex(bits: int, value: int) -> str:
    """Return an integer's hexadecimal digits."""
    return f"{value % (1 << bits):x}"


@function("bits")
def bits(sign_: str, kind: str, one: int, other: int) -> int:
    """Return an operator on the bits of integers."""
    size = LIMITS[kind] + 1
    if sign_ == ">>":
        return one >> (other % size)
    if sign_ == "<<":
        found = (one << (other % size)) & ((1 << size) - 1)
        return found - (1 << size) if found >> (size - 1) else found
    return {"&": one & other, "|": one | other, "#": one ^ other}[sign_]
