"""Functions of texts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import PostgresError
from freshdb.errors import EmulationError


@function("substring")
def substring(value: str, start: int, count: int | None = None) -> str:
    """Return `substring(value FROM start FOR count)`."""
    if count is not None and count < 0:
        raise PostgresError("22011", "negative substring length not allowed")
    end = len(value) if count is None else max(start - 1 + count, 0)
    return value[max(start - 1, 0) : end]


@function("left")
def left(value: str, count: int) -> str:
    """Return the first characters; with a negative count all but the last."""
    return value[:count]


@function("right")
def right(value: str, count: int) -> str:
    """Return the last characters; with a negative count all but the first."""
    return value[-count:] if count else ""


@function("split_part")
def split_part(value: str, delimiter: str, number: int) -> str:
    """Return the n-th part of a text."""
    if not number:
        raise PostgresError("22023", "field position must not be zero")
    parts = value.split(delimiter) if delimiter else [value]
    index = number - 1 if number > 0 else len(parts) + number
    return parts[index] if 0 <= index < len(parts) else ""


@function("trim")
def trim(where: str, value: str, signs: str = " ") -> str:
    """Return a text without characters at its ends."""
    return {"BOTH": value.strip, "LEADING": value.lstrip, "TRAILING": value.rstrip}[where](signs)


@function("pad")
def pad(side: str, value: str, count: int, fill: str = " ") -> str:
    """Return lpad or rpad."""
    missing = max(count, 0) - len(value)
    if missing <= 0 or not fill:
        return value[: max(count, 0)]
    more = (fill * (missing // len(fill) + 1))[:missing]
    return more + value if side == "l" else value + more


@function("text")
def text_function(name: str, value: str) -> Any:
    """Return what a function of one text gives."""
    return _OF_TEXT[name](value)


_OF_TEXT: dict[str, Callable[[str], Any]] = {
    "upper": lambda text: "".join(one if one == "ß" else one.upper() for one in text),
    "lower": str.lower,
    "length": len,
    "octet_length": lambda text: len(text.encode()),
    "reverse": lambda text: text[::-1],
    "md5": lambda text: hashlib.md5(text.encode()).hexdigest(),  # noqa: S324  # Postgres's
    "initcap": lambda text: re.sub(
        r"[^\W_]+", lambda found: found[0][0].upper() + found[0][1:].lower(), text
    ),
    "ascii": lambda text: ord(text[0]) if text else 0,
}


@function("repeat")
def repeat(value: str, count: int) -> str:
    """Return a text several times."""
    if len(value) * max(count, 0) > 10_000_000:
        raise EmulationError("a text of that length is not supported", hint="make it shorter")
    return value * max(count, 0)


@function("replace")
def replace(value: str, old: str, new: str) -> str:
    """Return a text with a part replaced everywhere."""
    return value.replace(old, new) if old else value


@function("position")
def position(part: str, value: str) -> int:
    """Return where a part begins, from 1; 0 where it is not there."""
    return value.find(part) + 1


@function("concat", strict=False)
def concat(*values: Any) -> str:
    """Return texts as one; NULL counts as none."""
    return "".join(one for one in values if one is not None)


@function("concat_ws", strict=False)
def concat_ws(separator: str | None, *values: Any) -> str | None:
    """Return texts with a separator between them."""
    return None if separator is None else separator.join(one for one in values if one is not None)
