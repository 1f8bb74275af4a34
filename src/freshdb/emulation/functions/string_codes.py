"""Characters as numbers, and numbers as characters."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import octets, text, wide_int
from freshdb.emulation.functions.context import warn
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.values import Hex


@function("ASCII", args=1, kind="int")
def ascii_(value: Any) -> int:
    """Return the first byte of a text, 0 for an empty one."""
    return next(iter(octets(value)), 0)


@function("ORD", args=1, kind="int")
def ord_(value: Any) -> int:
    """Return the bytes of the first character as one number."""
    found = text(value)
    return int.from_bytes(octets(found[:1]), "big") if found else 0


@function("CHAR", args=(1, None), kind="bytes", strict=False)
def char(*codes: Any) -> bytes:
    """Return the bytes of the numbers; NULL is skipped."""
    return b"".join(_code_bytes(code) for code in codes if code is not None)


def _code_bytes(code: Any) -> bytes:
    value = int.from_bytes(code[-4:], "big") if isinstance(code, Hex) else wide_int(code)
    if not isinstance(code, int):
        value = max(-(1 << 63), min(value, (1 << 63) - 1))
    value &= 0xFFFFFFFF
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


@operator("CHAR_USING", args=(2, None), kind="text", strict=False)
def char_using(charset: str, *codes: Any) -> Any:
    """Return `CHAR(… USING charset)`."""
    from freshdb.emulation.functions.casts import CHARSETS

    found = char(*codes)
    if charset.lower() == "binary":
        return found
    if charset.lower() not in CHARSETS:
        raise MySQLError(1115, "42000", f"Unknown character set: '{charset}'")
    try:
        return found.decode(CHARSETS[charset.lower()])
    except UnicodeDecodeError:
        warn(1300, f"Invalid {charset} character string: '{found.hex().upper()}'")
        return None
