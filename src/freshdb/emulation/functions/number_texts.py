"""Numbers as text: in another base, or with separators."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.functions.coercions import (
    DECIMAL_SCALE,
    LARGEST_INT,
    LARGEST_UINT,
    characters,
    number,
    scale_of,
    text,
    to_int,
    wide_int,
)
from freshdb.emulation.functions.numbers import shorten_decimal, shorten_float
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import EXACT, Date, DateTime, Time


@function("CONV", args=3, kind="text")
def convert_base(value: Any, source: Any, target: Any) -> str | None:
    """Return a number written in one base as it is written in another."""
    from_base, to_base = _signed(source), _signed(target)
    if not (2 <= abs(from_base) <= 36 and 2 <= abs(to_base) <= 36):
        return None
    shown = characters(value).strip()
    if not shown:
        return None
    found = _read_base(shown, abs(from_base), signed=from_base < 0)
    if to_base < 0:
        found = found - 2**64 if found >= 2**63 else found
        return ("-" if found < 0 else "") + in_base(abs(found), -to_base)
    return in_base(found, to_base)


def _signed(value: Any) -> int:
    """Return a base, of which a negative one may come as its 64 bits."""
    found = wide_int(value)
    return found - 2**64 if found >= 2**63 else found


def _read_base(shown: str, base: int, *, signed: bool) -> int:
    """Return as 64 bits the number that a text begins with."""
    negative = shown[0] == "-"
    found = 0
    for sign_ in shown.lstrip("+-").upper() if shown[:1] in "+-" else shown.upper():
        digit = _DIGITS.find(sign_)
        if not 0 <= digit < base:
            break
        found = found * base + digit
    limit = LARGEST_INT if signed else LARGEST_UINT
    if negative and signed:
        return -min(found, 2**63) & LARGEST_UINT
    found = min(found, limit)
    return -found & LARGEST_UINT if negative else found


_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def in_base(value: int, base: int) -> str:
    """Return a number that is not negative in a base from 2 to 36."""
    digits = ""
    while value >= base:
        value, digit = divmod(value, base)
        digits = _DIGITS[digit] + digits
    return _DIGITS[value] + digits


@function("BIN", args=1, kind="text")
def binary(value: Any) -> str | None:
    """Return a number in base 2."""
    return _based(value, 2)


@function("OCT", args=1, kind="text")
def octal(value: Any) -> str | None:
    """Return a number in base 8."""
    return _based(value, 8)


def _based(value: Any, base: int) -> str | None:
    if isinstance(value, (Date, DateTime, Time)):
        value = str(value)
    if isinstance(value, float):
        value = text(value)
    if isinstance(value, (str, bytes)):
        return convert_base(value, 10, base)
    if scale_of(value) or isinstance(value, (float, Decimal)):
        return in_base(int(value) & LARGEST_UINT, base)
    return in_base(wide_int(value) & LARGEST_UINT, base)


@function("FORMAT", args=(2, 3), kind="text", strict=False)
def format_(value: Any, digits: Any, locale: Any = "en_US") -> str | None:
    """Return a number with a comma between thousands and so many digits after the point."""
    from freshdb.emulation.functions.locales import number_signs

    if value is None or digits is None:
        return None
    # The server keeps the digits in 32 bits, where long numbers wrap round.
    wrapped = (to_int(digits) + 2**31) % 2**32 - 2**31
    places = max(0, min(wrapped, DECIMAL_SCALE))
    signs = number_signs(characters(locale) if locale is not None else "en_US")
    whole, _, rest = _rounded_text(value, places).partition(".")
    minus = "-" if whole[0] == "-" else ""
    whole = _grouped(whole.lstrip("-"), signs.separator, signs.groups)
    return f"{minus}{whole}{signs.point}{rest}" if rest else minus + whole


def _rounded_text(value: Any, places: int) -> str:
    found = number(value)
    if found.__class__ is float:
        exact = Decimal(repr(shorten_float(found, places, ROUND_HALF_UP)))
        return f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT):f}"
    return f"{shorten_decimal(Decimal(found), places, ROUND_HALF_UP):f}"


def _grouped(digits: str, separator: str, grouping: tuple[int, ...]) -> str:
    """Put a separator between groups of digits, the last group's size repeating."""
    if not separator:
        return digits
    parts: list[str] = []
    sizes = iter(grouping)
    size = next(sizes)
    while len(digits) > size:
        parts.insert(0, digits[-size:])
        digits = digits[:-size]
        size = next(sizes, size)
    return separator.join([digits, *parts])
