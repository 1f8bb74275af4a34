"""Numbers, years and bits, as a column keeps them."""

from __future__ import annotations

import re
import struct
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from freshdb.emulation.functions.coercions import rescale, to_decimal, to_float
from freshdb.emulation.types import INTEGER_BITS
from freshdb.emulation.values import Date, DateTime, Hex, Time, UInt, encode

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules

_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")


def _number(rules: Rules, value: Any, word: str) -> Decimal | float | int:
    if isinstance(value, Hex):
        return int.from_bytes(value, "big")
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        match = _NUMBER.match(value)
        if match is None:
            rules.incorrect(word, value)
            return 0
        if match.end() != len(value):
            rules.truncated()
        return Decimal(match.group().strip())
    if isinstance(value, (Date, DateTime, Time)):
        return value.number
    return value  # type: ignore[no-any-return]


def store_int(rules: Rules, value: Any) -> Any:
    number = _number(rules, value, "integer")
    if isinstance(number, float):
        if number != number or abs(number) > 1e30:
            rules.out_of_range()
            number = 0.0 if number != number else (1e30 if number > 0 else -1e30)
        number = round(number)
    elif isinstance(number, Decimal):
        number = (
            int(number.to_integral_value(ROUND_HALF_UP))
            if abs(number) < Decimal("1e40")
            else 10**40 * (-1 if number < 0 else 1)
        )
    return _within(rules, int(number))


def _within(rules: Rules, number: int) -> int:
    bits = INTEGER_BITS.get(rules.type.name, 64)
    least, most = (
        (0, 2**bits - 1) if rules.type.unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )
    if not least <= number <= most:
        rules.out_of_range()
        number = max(least, min(number, most))
    return encode(UInt(number)) if number >= 2**63 else number  # type: ignore[return-value]


def store_year(rules: Rules, value: Any) -> Any:
    if isinstance(value, (Date, DateTime)):
        return value.year
    is_text = isinstance(value, str)
    number = int(_number(rules, value, "integer"))
    if number < 100 and (number or is_text):
        number += 2000 if number < 70 else 1900
    if number and not 1901 <= number <= 2155:
        rules.out_of_range()
        return 0
    return number


def store_bit(rules: Rules, value: Any) -> Any:
    if isinstance(value, str):
        value = value.encode()
    number = int.from_bytes(value, "big") if isinstance(value, bytes) else int(to_decimal(value))
    if not 0 <= number < 2 ** (rules.type.length or 1):
        rules.too_long()
        number = 2 ** (rules.type.length or 1) - 1
    return number


def store_decimal(rules: Rules, value: Any) -> Any:
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
    number = to_float(_number(rules, value, "double"))
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
        try:
            number = struct.unpack("f", struct.pack("f", number))[0]
        except OverflowError:
            rules.out_of_range()
            return 3.40282e38
    return number
