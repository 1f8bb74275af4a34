"""Addresses of the Internet, as numbers and as bytes."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from freshdb.emulation.functions.coercions import characters, octets, to_int, unsigned
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import UInt


@function("INET_ATON", args=1, kind="uint")
def inet_aton(value: Any) -> UInt | None:
    """Return an IPv4 address as a number; `127.1` is 127.0.0.1."""
    shown = characters(value)
    if not re.fullmatch(r"[\d.]*\d", shown, re.ASCII):
        return None
    parts = [int(part or "0") for part in shown.split(".")]
    if any(part > 255 for part in parts):
        return None
    *front, last = parts
    missing = 4 - len(parts) if len(parts) > 1 else 0
    total = 0
    for part in [*front, *[0] * missing, last]:
        total = (total * 256 + part) % 2**64
    return UInt(total)


@function("INET_NTOA", args=1, kind="text")
def inet_ntoa(value: Any) -> str | None:
    """Return a number as an IPv4 address."""
    number = unsigned(to_int(value) if isinstance(value, str) else value)
    return str(ipaddress.IPv4Address(number)) if number < 2**32 else None


def _v4(shown: str) -> ipaddress.IPv4Address | None:
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", shown, re.ASCII):
        return None
    parts = [int(part) for part in shown.split(".")]
    if any(part > 255 for part in parts):
        return None
    return ipaddress.IPv4Address(bytes(parts))


def _v6(shown: str) -> ipaddress.IPv6Address | None:
    head, sign, tail = shown.rpartition(":")
    if sign and "." in tail:
        # Python takes no leading zeros in the last four bytes, the server does.
        inner = _v4(tail)
        shown = f"{head}:{inner}" if inner else "no address"
    try:
        return None if "%" in shown else ipaddress.IPv6Address(shown)
    except ValueError:
        return None


@function("INET6_ATON", args=1, kind="bytes")
def inet6_aton(value: Any) -> bytes | None:
    """Return an address as 4 or 16 bytes."""
    shown = characters(value)
    found = _v4(shown) or _v6(shown)
    return found.packed if found else None


@function("INET6_NTOA", args=1, kind="text")
def inet6_ntoa(value: Any) -> str | None:
    """Return 4 or 16 bytes as an address."""
    if not isinstance(value, bytes):
        return None
    packed = octets(value)
    if len(packed) == 4:
        return str(ipaddress.IPv4Address(packed))
    return _v6_text(packed) if len(packed) == 16 else None


def _v6_text(packed: bytes) -> str:
    """Return an IPv6 address, with its last four bytes as IPv4 where the server shows them so."""
    head = packed[:12]
    if head in (b"\0" * 12, b"\0" * 10 + b"\xff\xff") and any(packed[12:14]):
        prefix = "::" if head == b"\0" * 12 else "::ffff:"
        return prefix + str(ipaddress.IPv4Address(packed[12:]))
    return _compressed([int.from_bytes(packed[at : at + 2], "big") for at in range(0, 16, 2)])


def _compressed(groups: list[int]) -> str:
    """Return eight numbers with the first of the longest runs of zeros left out, even of one."""
    best = (0, 0)
    for start in range(8):
        length = 0
        while start + length < 8 and groups[start + length] == 0:
            length += 1
        if length > best[1]:
            best = start, length
    shown = [f"{group:x}" for group in groups]
    if not best[1]:
        return ":".join(shown)
    return f"{':'.join(shown[: best[0]])}::{':'.join(shown[sum(best) :])}"


@function("IS_IPV4", args=1, kind="bool", strict=False)
def is_ipv4(value: Any) -> bool | None:
    """Tell whether a text is an IPv4 address."""
    return value is not None and _v4(characters(value)) is not None


@function("IS_IPV6", args=1, kind="bool", strict=False)
def is_ipv6(value: Any) -> bool:
    """Tell whether a text is an IPv6 address."""
    return value is not None and _v6(characters(value)) is not None


@function("IS_IPV4_COMPAT", args=1, kind="bool", strict=False)
def is_ipv4_compat(value: Any) -> bool:
    """Tell whether 16 bytes are an IPv6 address that stands for an IPv4 one."""
    if not isinstance(value, bytes) or len(value) != 16:
        return False
    return value[:12] == b"\0" * 12 and int.from_bytes(value[12:], "big") > 1


@function("IS_IPV4_MAPPED", args=1, kind="bool", strict=False)
def is_ipv4_mapped(value: Any) -> bool:
    """Tell whether 16 bytes are an IPv4 address mapped to IPv6."""
    return isinstance(value, bytes) and len(value) == 16 and value[:12] == b"\0" * 10 + b"\xff\xff"
