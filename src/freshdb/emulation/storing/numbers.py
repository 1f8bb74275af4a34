"""Numbers, years and bits, as a column keeps them."""

from __future__ import annotations

import math
import re
import struct
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from freshdb.emulation.functions.coercions import rescale, to_decimal, to_float
from freshdb.emulation.types import INTEGER_BITS
from freshdb.emulation.values import Date, DateTime, Hex, Time, UInt, encode
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
LARGEST_DOUBLE, LARGEST_FLOAT = 1.7976931348623157e308, 3.40282e38


def _read(rules: Rules, value: Any, word: str) -> tuple[Decimal | float | int, bool]:
    """Return the number that a value begins with, and whether there is more behind it."""
    if isinstance(value, Hex):
        return int.from_bytes(value, "big"), False
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        match = _NUMBER.match(value)
        if match is None:
            rules.incorrect(word, value)
            return 0, False
        return Decimal(match.group().strip()), match.end() != len(value)
    if isinstance(value, (Date, DateTime, Time)):
        return value.number, False
    return value, False


def _number(rules: Rules, value: Any, word: str) -> Decimal | float | int:
    number, has_more = _read(rules, value, word)
    if has_more:
        rules.truncated()
    return number


def store_int(rules: Rules, value: Any) -> Any:
    """Return what a column of integers keeps; of a moment, its whole seconds."""
    number, has_more = _read(rules, value, "integer")
    if isinstance(number, Decimal) and isinstance(value, (DateTime, Time)):
        number = int(number)
    whole, fits = _within(rules, _rounded(number))
    if not fits:
        rules.out_of_range()
    elif has_more:
        rules.truncated()
    return encode(UInt(whole)) if whole >= 2**63 else whole


def _rounded(number: Decimal | float) -> int:
    """Return the nearest integer, and one out of any range for what is far from all of them."""
    if isinstance(number, int):
        return number
    size = float(number)
    if not abs(size) <= 1e30:
        return int(math.copysign(1e30, size))
    if isinstance(number, float):
        return round(number)
    return int(number.to_integral_value(ROUND_HALF_UP))


def _within(rules: Rules, number: int) -> tuple[int, bool]:
    bits = INTEGER_BITS.get(rules.type.name, 64)
    least, most = (
        (0, 2**bits - 1) if rules.type.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )
    return max(least, min(number, most)), least <= number <= most


def store_year(rules: Rules, value: Any) -> Any:
    """Return what a YEAR keeps: 0, or 1901 to 2155; two digits are of 1970 to 2069."""
    if isinstance(value, (Date, DateTime, Time)):
        rules.incorrect(type(value).__name__.lower(), value)
        return 0 if isinstance(value, Time) else value.year
    is_text = isinstance(value, str)
    if is_text and not _NUMBER.match(value):
        rules.incorrect("integer", value)
        return 0
    read, has_more = _read(rules, value, "integer")
    number = _rounded(read)
    if 0 <= number < 100 and (number or (is_text and value.strip() != "0000")):
        number += 2000 if number < 70 else 1900
    if number and not 1901 <= number <= 2155:
        rules.out_of_range()
        return 0
    if has_more:
        rules.truncated()
    return number


def store_bit(rules: Rules, value: Any) -> Any:
    """Return the number whose bits a BIT keeps."""
    if isinstance(value, str):
        value = value.encode()
    if isinstance(value, Decimal):
        value = _rounded(value)
        if not 0 <= value < 2**64:
            rules.out_of_range()
            value = max(0, value)
    number = int.from_bytes(value, "big") if isinstance(value, bytes) else int(to_decimal(value))
    if not 0 <= number < 2 ** (rules.type.length or 1):
        rules.too_long()
        number = 2 ** (rules.type.length or 1) - 1
    if number >= 2**63:
        raise EmulationError(
            "a BIT(64) whose first bit is set is not supported", hint="declare BIGINT UNSIGNED"
        )
    return number


def store_decimal(rules: Rules, value: Any) -> Any:
    """Return what a DECIMAL keeps: rounded to its scale, and within its digits."""
    number = _number(rules, value, "decimal")
    exact = to_decimal(number) if not isinstance(number, Decimal) else number
    precision, scale = rules.type.length or 10, rules.type.scale
    if scale is None:
        return float(exact)
    largest = Decimal(10) ** (precision - scale) - Decimal(1).scaleb(-scale)
    if abs(exact) <= largest + 1:
        exact = rescale(exact, scale)
    if abs(exact) > largest or (rules.type.unsigned and exact < 0):
        rules.out_of_range()
        exact = rescale(max(-largest, min(exact, largest)), scale)
        if rules.type.unsigned and exact < 0:
            exact = rescale(Decimal(0), scale)
    if rules.type.is_long_decimal:
        return encode(exact)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def store_double(rules: Rules, value: Any) -> Any:
    """Return what a FLOAT or DOUBLE keeps: a FLOAT has 24 bits."""
    number = to_float(_number(rules, value, "double"))
    if math.isinf(number):
        rules.out_of_range()
        number = math.copysign(LARGEST_DOUBLE, number)
    if rules.type.unsigned and number < 0:
        rules.out_of_range()
        number = 0.0
    if rules.type.scale is not None and rules.type.length is not None:
        number = float(rescale(Decimal(repr(number)), rules.type.scale))
        largest = float(10 ** (rules.type.length - rules.type.scale)) - 10.0**-rules.type.scale
        if abs(number) > largest:
            rules.out_of_range()
            number = max(-largest, min(number, largest))
    if rules.type.name == "float":
        short: float = struct.unpack("f", struct.pack("f", number))[0]
        if math.isinf(short):
            rules.out_of_range()
            return math.copysign(LARGEST_FLOAT, number)
        return short
    return number
