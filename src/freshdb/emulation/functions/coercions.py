"""MySQL's conversions between types: to a number, to text, to a truth value."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.functions.context import warn
from freshdb.emulation.values import (
    EXACT,
    Date,
    DateTime,
    Hex,
    Json,
    Moment,
    Time,
    UInt,
    decimal_text,
)

Number = int | float | Decimal

LARGEST_INT = 2**63 - 1
SMALLEST_INT = -(2**63)
LARGEST_UINT = 2**64 - 1
DECIMAL_SCALE = 38
_FLOAT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
_DECIMAL = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+))?", re.ASCII)
_INT = re.compile(r"\s*([+-]?\d+)", re.ASCII)


def number(value: Any) -> Any:
    """Return a value in numeric context: text becomes a double, a date becomes digits."""
    kind = value.__class__
    if kind is int or kind is float or kind is Decimal or kind is UInt:
        return value
    if kind is str:
        return float_of_text(value)
    if kind is Date or kind is DateTime or kind is Time or kind is Moment:
        return value.number
    if kind is bytes:
        return float_of_text(value.decode("latin-1"))
    if kind is Json:
        return _json_number(value)
    if kind is Hex:
        return UInt(int.from_bytes(value[-8:], "big"))
    return value


def float_of_text(text: str) -> float:
    """Return the number that the text begins with, 0 for none, and warn of what is left."""
    match = _FLOAT.match(text)
    found = match[1] if match else ""
    if match is None or text[match.end() :].strip(" \t\n\v\f\r\0"):
        warn(1292, f"Truncated incorrect DOUBLE value: '{text[:128]}'")
    value = float(found) if found else 0.0
    if value in (float("inf"), float("-inf")):
        return 1.7976931348623157e308 if value > 0 else -1.7976931348623157e308
    return value


def _json_number(value: Json) -> Number:
    text = str(value).strip()
    if text in ("true", "false"):
        return int(text == "true")
    return float_of_text(text[1:-1] if text[:1] == '"' else text)


def to_float(value: Any) -> float:
    """Return a value as a double."""
    return float(number(value))


def to_decimal(value: Any) -> Decimal:
    """Return a value as an exact decimal: of text the digits, of a double its shortest text."""
    kind = value.__class__
    if kind is Decimal:
        return value
    if kind is str or kind is bytes:
        return decimal_of_text(value if kind is str else value.decode("latin-1"))
    found = number(value)
    if found.__class__ is float:
        return Decimal(repr(found))
    return Decimal(found)


def decimal_of_text(text: str) -> Decimal:
    """Return the decimal that the text begins with, 0 for none."""
    match = _DECIMAL.match(text)
    if match is None or text[match.end() :].strip():
        warn(1292, f"Truncated incorrect DECIMAL value: '{text[:128]}'")
    if match is None:
        return Decimal(0)
    exponent = int(match[2] or 0)
    if abs(exponent) > 400:
        return Decimal(0) if exponent < 0 else Decimal("9" * 65)
    digits = match[1].removesuffix(".")
    value = Decimal(digits).scaleb(exponent, EXACT)
    # An exponent only ever adds digits before the point; `format` would print 1E+2 as such.
    return value if value.as_tuple().exponent <= 0 else value.quantize(Decimal(1), context=EXACT)  # type: ignore[operator]


def to_int(value: Any) -> int:
    """Return a value as a signed 64-bit integer, rounded, and clipped to the range."""
    return max(SMALLEST_INT, min(LARGEST_INT, wide_int(value)))


def wide_int(value: Any) -> int:
    """Return a value as an integer of any size: rounded; of text only the digits it begins with."""
    kind = value.__class__
    if kind is int or kind is UInt:
        return int(value)
    if kind is str:
        return int_of_text(value)
    if kind is bytes:
        return int_of_text(value.decode("latin-1"))
    found = number(value)
    if kind is DateTime or kind is Time:
        return int(found)
    if found.__class__ is float:
        return round_float(found)
    if found.__class__ is Decimal:
        return int(found.quantize(Decimal(1), ROUND_HALF_UP, EXACT))
    return int(found)


def int_of_text(text: str) -> int:
    """Return the integer that the text begins with, 0 for none."""
    match = _INT.match(text)
    if match is None or text[match.end() :].strip():
        warn(1292, f"Truncated incorrect INTEGER value: '{text[:128]}'")
    return int(match[1]) if match else 0


def round_float(value: float) -> int:
    """Round a double to the nearest integer, halves to the even one, as `rint` does."""
    if value in (float("inf"), float("-inf")):
        return LARGEST_INT if value > 0 else SMALLEST_INT
    return round(value)


def unsigned(value: Any) -> int:
    """Return a value as 64 unsigned bits, as the bit operators see it."""
    kind = value.__class__
    if kind is int or kind is UInt:
        return int(value) & LARGEST_UINT
    found = int(to_decimal(value).quantize(Decimal(1), ROUND_HALF_UP, EXACT))
    if found < 0:
        return max(found, SMALLEST_INT) & LARGEST_UINT
    return min(found, LARGEST_UINT)


def truth(value: Any) -> bool | None:
    """Return a value as a condition sees it."""
    if value is None:
        return None
    kind = value.__class__
    if kind is int or kind is UInt or kind is float or kind is Decimal:
        return bool(value)
    if kind is DateTime or kind is Date or kind is Time:
        return bool(value.number)
    return bool(number(value))


def float_text(value: float) -> str:
    """Return MySQL's text of a double: the shortest that reads back, `1e20` and never `1e+20`."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits)).rstrip("0")
    point = len(digits) + exponent
    return ("-" if sign else "") + (
        _positional(text, point) if -14 <= point <= 15 else _scientific(text, point)
    )


def _positional(digits: str, point: int) -> str:
    if point <= 0:
        return f"0.{'0' * -point}{digits}"
    if point >= len(digits):
        return digits.ljust(point, "0")
    return f"{digits[:point]}.{digits[point:]}"


def _scientific(digits: str, point: int) -> str:
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1}"


def text(value: Any) -> Any:
    """Return a value as text; bytes stay bytes, because they have no character set."""
    kind = value.__class__
    if kind is str or kind is bytes:
        return value
    if kind is int:
        return str(value)
    if kind is Hex:
        return bytes(value)
    if kind is float:
        return float_text(value)
    if kind is Decimal:
        return decimal_text(value)
    return str(value)


def characters(value: Any) -> str:
    """Return a value as text, bytes too: as UTF-8 where they are that, else byte by byte."""
    found = text(value)
    if found.__class__ is bytes:
        try:
            return found.decode()
        except UnicodeDecodeError:
            return found.decode("latin-1")
    return found


def octets(value: Any) -> bytes:
    """Return a value as bytes, text in UTF-8."""
    found = text(value)
    return found if found.__class__ is bytes else found.encode("utf-8", "surrogatepass")


def same_kind(*values: Any) -> list[Any]:
    """Return all values as text, or all as bytes when one of them is bytes."""
    found = [text(value) for value in values]
    if any(value.__class__ is bytes for value in found):
        return [octets(value) for value in found]
    return found


def rescale(value: Decimal, scale: int) -> Decimal:
    """Return a decimal with so many digits after the point, halves rounded away from zero."""
    return value.quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP, EXACT)


def cut(value: Decimal, scale: int) -> Decimal:
    """Return a decimal with so many digits after the point, the others dropped."""
    return value.quantize(Decimal(1).scaleb(-scale), ROUND_DOWN, EXACT)


def scale_of(value: Any) -> int:
    """Return how many digits a number has after the point; 0 for an integer."""
    if value.__class__ is Decimal:
        return max(0, -int(value.as_tuple().exponent))
    return 0


def integer_digits(value: Decimal) -> int:
    """Return how many digits a decimal has before the point."""
    return max(value.adjusted() + 1, 1) if value else 1
