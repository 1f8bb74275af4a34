"""Checksums, digests, and bytes written as text."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import (
    LARGEST_UINT,
    characters,
    octets,
    rescale,
    to_decimal,
    to_int,
    wide_int,
)
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import UInt


@function("MD5", args=1, kind="text")
def md5(value: Any) -> str:
    """Return the MD5 digest in hexadecimal digits."""
    return hashlib.md5(octets(value), usedforsecurity=False).hexdigest()


@function("SHA1", "SHA", args=1, kind="text")
def sha1(value: Any) -> str:
    """Return the SHA-1 digest in hexadecimal digits."""
    return hashlib.sha1(octets(value), usedforsecurity=False).hexdigest()


@function("SHA2", args=2, kind="text", strict=False)
def sha2(value: Any, bits: Any) -> str | None:
    """Return the SHA-2 digest of 224, 256 (also 0), 384 or 512 bits, NULL for another size."""
    if value is None:
        return None
    name = {0: "sha256", 224: "sha224", 256: "sha256", 384: "sha384", 512: "sha512"}.get(
        to_int(bits or 0)
    )
    return hashlib.new(name, octets(value)).hexdigest() if name else None


@function("CRC32", args=(1, 2), kind="uint")
def crc32(value: Any, more: Any = None) -> UInt:
    """Return the checksum of a text, or of one that continues what had the first as its sum."""
    if more is None:
        return UInt(zlib.crc32(octets(value)))
    return UInt(zlib.crc32(octets(more), wide_int(value) & 0xFFFFFFFF))


@function("HEX", args=1, kind="text")
def hex_(value: Any) -> str:
    """Return the bytes of a text, or an integer, in hexadecimal digits."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return f"{_unsigned(value):X}"
    return octets(value).hex().upper()


def _unsigned(value: float | Decimal) -> int:
    found = int(rescale(to_decimal(value), 0))
    if found < 0:
        return max(found, -(2**63)) & LARGEST_UINT
    return min(found, LARGEST_UINT)


@function("UNHEX", args=1, kind="bytes")
def unhex(value: Any) -> bytes | None:
    """Return the bytes that hexadecimal digits stand for, NULL where they are none."""
    shown = characters(value)
    if not re.fullmatch("[0-9a-fA-F]*", shown):
        return None
    return bytes.fromhex(shown if len(shown) % 2 == 0 else f"0{shown}")


@function("TO_BASE64", args=1, kind="text")
def to_base64(value: Any) -> str:
    """Return a text in base 64, with a line end after each 76 characters."""
    found = base64.b64encode(octets(value)).decode()
    return "\n".join(found[start : start + 76] for start in range(0, len(found), 76))


@function("FROM_BASE64", args=1, kind="bytes")
def from_base64(value: Any) -> bytes | None:
    """Return the bytes that a text in base 64 stands for, NULL where it is none."""
    shown = "".join(characters(value).split())
    try:
        return base64.b64decode(shown, validate=True)
    except ValueError:
        return None
