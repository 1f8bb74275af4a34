"""The operators + - * / DIV % and the bit operators, on integers, decimals and doubles."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import (
    DECIMAL_SCALE,
    LARGEST_INT,
    LARGEST_UINT,
    SMALLEST_INT,
    cut,
    number,
    rescale,
    scale_of,
    to_decimal,
    unsigned,
    wide_int,
)
from freshdb.emulation.functions.context import Context, active, warn
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.values import EXACT, UInt

EXTRA_SCALE = 4  # div_precision_increment


def _calculate(
    one: Any, other: Any, sign: str, combine: Callable[[Any, Any], Any], exact: Any
) -> Any:
    """Combine two numbers: as doubles if one is, as decimals if one is, else as integers."""
    a, b = number(one), number(other)
    if a.__class__ is float or b.__class__ is float:
        return finite(combine(float(a), float(b)), sign, a, b)
    if a.__class__ is Decimal or b.__class__ is Decimal:
        return _limit_scale(exact(to_decimal(a), to_decimal(b)))
    result = combine(int(a), int(b))
    if a.__class__ is UInt or b.__class__ is UInt:
        if not 0 <= result <= LARGEST_UINT:
            raise out_of_range("BIGINT UNSIGNED", f"{a} {sign} {b}")
        return UInt(result)
    if not SMALLEST_INT <= result <= LARGEST_INT:
        raise out_of_range("BIGINT", f"{a} {sign} {b}")
    return result


def _limit_scale(value: Decimal) -> Decimal:
    return rescale(value, DECIMAL_SCALE) if scale_of(value) > DECIMAL_SCALE else value


def out_of_range(kind: str, expression: str) -> MySQLError:
    """Return error 1690."""
    return MySQLError(1690, "22003", f"{kind} value is out of range in '{expression}'")


def finite(value: float, sign: str, *operands: Any) -> float:
    """Return the double, or raise error 1690 if it is none."""
    if not math.isfinite(value):
        raise out_of_range("DOUBLE", f" {sign} ".join(str(each) for each in operands))
    return value


@operator("ADD", args=2)
def add(one: Any, other: Any) -> Any:
    """Return `one + other`."""
    return _calculate(one, other, "+", lambda a, b: a + b, EXACT.add)


@operator("SUB", args=2)
def subtract(one: Any, other: Any) -> Any:
    """Return `one - other`."""
    return _calculate(one, other, "-", lambda a, b: a - b, EXACT.subtract)


@operator("MUL", args=2)
def multiply(one: Any, other: Any) -> Any:
    """Return `one * other`."""
    return _calculate(one, other, "*", lambda a, b: a * b, EXACT.multiply)


@operator("DIV", args=2)
def divide(one: Any, other: Any) -> Any:
    """Return `one / other`: a decimal with four digits more than the dividend, or a double."""
    a, b = number(one), number(other)
    if not b:
        return division_by_zero()
    if a.__class__ is float or b.__class__ is float:
        return finite(float(a) / float(b), "/", a, b)
    scale = min(scale_of(a) + EXTRA_SCALE, DECIMAL_SCALE)
    return rescale(EXACT.divide(to_decimal(a), to_decimal(b)), scale)


@operator("DIV_WIDE", args=2)
def divide_wide(one: Any, other: Any) -> Any:
    """Return a quotient with the digits that the server calculates on with.

    It keeps decimals in words of nine digits, and cuts a quotient behind the last word.
    """
    a, b = number(one), number(other)
    if not b or a.__class__ is float or b.__class__ is float:
        return divide(one, other)
    places, words = [scale_of(a), scale_of(b)], [-(-scale_of(x) // 9) * 9 for x in (a, b)]
    more = max(0, EXTRA_SCALE - (words[0] - places[0]) - (words[1] - places[1]))
    scale = min(-(-(sum(words) + more) // 9) * 9, 72)
    return cut(EXACT.divide(to_decimal(a), to_decimal(b)), scale)


def division_by_zero() -> None:
    """Return NULL, and warn of it where the SQL mode asks for that, as the default one does."""
    if "ERROR_FOR_DIVISION_BY_ZERO" in active.context.sql_mode:
        warn(1365, "Division by 0")


@operator("INTDIV", args=2)
def integer_divide(one: Any, other: Any) -> Any:
    """Return `one DIV other`: the quotient without its fraction."""
    a, b = number(one), number(other)
    if isinstance(a, int) and isinstance(b, int):
        if not b:
            return division_by_zero()
        quotient = abs(a) // abs(b)
        result = -quotient if (a < 0) != (b < 0) else quotient
    else:
        divisor = to_decimal(_exact_text(other))
        if not divisor:
            return division_by_zero()
        result = int(EXACT.divide_int(to_decimal(_exact_text(one)), divisor))
    if a.__class__ is UInt or b.__class__ is UInt:
        if not 0 <= result <= LARGEST_UINT:
            raise out_of_range("BIGINT UNSIGNED", f"{a} DIV {b}")
        return UInt(result)
    if not SMALLEST_INT <= result <= LARGEST_INT:
        raise out_of_range("BIGINT", f"{a} DIV {b}")
    return result


def _exact_text(value: Any) -> Any:
    return value.decode("latin-1") if value.__class__ is bytes else value


@function("MOD", args=2, kind="any")
def modulo(one: Any, other: Any) -> Any:
    """Return the remainder, with the sign of the dividend."""
    a, b = number(one), number(other)
    if not b:
        return division_by_zero()
    if a.__class__ is float or b.__class__ is float:
        return math.fmod(float(a), float(b))
    if a.__class__ is Decimal or b.__class__ is Decimal:
        scale = max(scale_of(a), scale_of(b))
        return rescale(EXACT.remainder(to_decimal(a), to_decimal(b)), scale)
    result = abs(a) % abs(b)
    result = -result if a < 0 else result
    return UInt(result) if a.__class__ is UInt else result


@operator("NEG", args=1)
def negate(value: Any) -> Any:
    """Return `-value`."""
    found = number(value)
    if found.__class__ is Decimal:
        return EXACT.minus(found) if found else abs(found)
    if found.__class__ is UInt:
        return -int(found) if found <= 2**63 else Decimal(-found)
    if found == SMALLEST_INT and found.__class__ is int:
        return Decimal(-found)
    return -found


def _bits(combine: Callable[[int, int], int]) -> Callable[[Any, Any, Context], Any]:
    """Return a bit operator: 64 unsigned bits, or on bytes of equal length byte by byte."""

    def call(context: Context, one: Any, other: Any) -> Any:
        if context.is_mysql8 and one.__class__ is bytes and other.__class__ is bytes:
            if len(one) != len(other):
                text = "Binary operands of bitwise operators must be of equal length"
                raise MySQLError(3513, "HY000", text)
            return bytes(map(combine, one, other))
        return UInt(combine(unsigned(one), unsigned(other)))

    return call


operator("BITAND", args=2, kind="uint", context=True, deterministic=True)(_bits(lambda a, b: a & b))
operator("BITOR", args=2, kind="uint", context=True, deterministic=True)(_bits(lambda a, b: a | b))
operator("BITXOR", args=2, kind="uint", context=True, deterministic=True)(_bits(lambda a, b: a ^ b))


@operator("BITNOT", args=1, kind="uint")
def bit_not(value: Any) -> UInt:
    """Return `~value`."""
    return UInt(~unsigned(value) & LARGEST_UINT)


def _places(count: Any) -> int:
    # The server keeps the lowest 32 bits of the count.
    if count.__class__ in (float, str, bytes):
        return wide_int(count) & 0xFFFFFFFF
    return unsigned(count) & 0xFFFFFFFF


@operator("SHL", args=2, kind="uint")
def shift_left(value: Any, count: Any) -> UInt:
    """Return `value << count`; 64 places and more leave nothing."""
    places = _places(count)
    return UInt((unsigned(value) << places) & LARGEST_UINT if places < 64 else 0)


@operator("SHR", args=2, kind="uint")
def shift_right(value: Any, count: Any) -> UInt:
    """Return `value >> count`."""
    places = _places(count)
    return UInt(unsigned(value) >> places if places < 64 else 0)


@function("BIT_COUNT", args=1, kind="int")
def bit_count(value: Any) -> int:
    """Return how many bits are set."""
    return unsigned(value).bit_count()
