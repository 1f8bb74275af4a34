"""Functions on texts: their length, their case, and texts made of texts."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.coercions import octets, same_kind, text, to_int
from freshdb.emulation.functions.context import Context, warn
from freshdb.emulation.functions.spec import function

LARGEST_RESULT = 16 * 1024 * 1024  # max_allowed_packet


@function("CONCAT", args=(1, None), kind="text")
def concat(*values: Any) -> Any:
    """Return the arguments, one after the other."""
    parts = same_kind(*values)
    return parts[0][:0].join(parts)


@function("CONCAT_WS", args=(2, None), kind="text", strict=False)
def concat_ws(separator: Any, *values: Any) -> Any:
    """Return the arguments that are not NULL, with the separator between them."""
    if separator is None:
        return None
    glue, *parts = same_kind(separator, *[value for value in values if value is not None])
    return glue.join(parts)


@function("LENGTH", "OCTET_LENGTH", args=1, kind="int")
def length(value: Any) -> int:
    """Return how many bytes a text has."""
    return len(octets(value))


@function("CHAR_LENGTH", "CHARACTER_LENGTH", args=1, kind="int")
def char_length(value: Any) -> int:
    """Return how many characters a text has."""
    return len(text(value))


@function("BIT_LENGTH", args=1, kind="int")
def bit_length(value: Any) -> int:
    """Return how many bits a text has."""
    return 8 * len(octets(value))


@function("LOWER", "LCASE", args=1, kind="text")
def lower(value: Any) -> Any:
    """Return a text in lower case; bytes stay as they are."""
    found = text(value)
    if isinstance(found, bytes):
        return found
    return found.lower() if found.isascii() else "".join(map(_lower_one, found))


@function("UPPER", "UCASE", args=1, kind="text")
def upper(value: Any) -> Any:
    """Return a text in upper case; bytes stay as they are."""
    found = text(value)
    if isinstance(found, bytes):
        return found
    return found.upper() if found.isascii() else "".join(map(_upper_one, found))


def _lower_one(character: str) -> str:
    """Map one character to one: the server never makes two of it."""
    found = character.lower()
    return found if len(found) == 1 else found[0]


def _upper_one(character: str) -> str:
    found = character.upper()
    return found if len(found) == 1 else character


@function("LEFT", args=2, kind="text")
def left(value: Any, count: Any) -> Any:
    """Return the first characters."""
    return text(value)[: max(0, to_int(count))]


@function("RIGHT", args=2, kind="text")
def right(value: Any, count: Any) -> Any:
    """Return the last characters."""
    found, size = text(value), to_int(count)
    return found[-size:] if size > 0 else found[:0]


@function("SUBSTRING", "SUBSTR", "MID", args=(2, 3), kind="text")
def substring(value: Any, position: Any, count: Any = 2**31) -> Any:
    """Return a part of a text; positions count from 1, negative ones from the end."""
    found, start, size = text(value), to_int(position), to_int(count)
    if size <= 0 or start == 0 or abs(start) > len(found):
        return found[:0]
    begin = start - 1 if start > 0 else len(found) + start
    return found[begin : begin + size]


@function("SUBSTRING_INDEX", args=3, kind="text", context=True, deterministic=True)
def substring_index(context: Context, value: Any, delimiter: Any, count: Any) -> Any:
    """Return what is before the n-th delimiter, or after the n-th from the end."""
    found, mark = same_kind(value, delimiter)
    size = (to_int(count) + 2**31) % 2**32 - 2**31  # the server counts with 32 bits
    if not size or not mark or not found:
        return found[:0]
    parts = found.split(mark) if size > 0 else _split_from_end(context, found, mark)
    if abs(size) >= len(parts):
        return found
    return mark.join(parts[:size] if size > 0 else parts[size:])


def _split_from_end(context: Context, found: Any, mark: Any) -> list[Any]:
    """Split where the delimiter stands, seen from the end, as overlapping ones matter."""
    return found.rsplit(mark)


@function("TRIM", args=(1, 3), kind="text")
def trim(value: Any, removed: Any = " ", side: str = "BOTH") -> Any:
    """Return a text without what is removed at its ends."""
    found, mark = same_kind(value, removed)
    if not mark:
        return found
    if side in ("BOTH", "LEADING"):
        while found.startswith(mark):
            found = found[len(mark) :]
    if side in ("BOTH", "TRAILING"):
        while found.endswith(mark):
            found = found[: -len(mark)]
    return found


@function("LTRIM", args=1, kind="text")
def ltrim(value: Any) -> Any:
    """Return a text without spaces at its beginning."""
    return trim(value, " ", "LEADING")


@function("RTRIM", args=1, kind="text")
def rtrim(value: Any) -> Any:
    """Return a text without spaces at its end."""
    return trim(value, " ", "TRAILING")


@function("LPAD", args=(2, 3), kind="text")
def lpad(value: Any, count: Any, filler: Any = " ") -> Any:
    """Return a text of exactly this length, filled up at its beginning."""
    return _pad(value, count, filler, at_start=True)


@function("RPAD", args=(2, 3), kind="text")
def rpad(value: Any, count: Any, filler: Any = " ") -> Any:
    """Return a text of exactly this length, filled up at its end."""
    return _pad(value, count, filler, at_start=False)


def _pad(value: Any, count: Any, filler: Any, *, at_start: bool) -> Any:
    found, mark = same_kind(value, filler)
    size = to_int(count)
    missing = size - len(found)
    if size < 0:
        return None
    if missing <= 0:
        return found[:size]
    if not mark:
        return _empty_filler(found)
    if _too_large(size, "lpad" if at_start else "rpad"):
        return None
    padding = (mark * (missing // len(mark) + 1))[:missing]
    return padding + found if at_start else found + padding


def _empty_filler(found: Any) -> Any:
    from freshdb.emulation.functions.context import active

    return None if not active.context.is_mysql8 else found[:0]


def _too_large(size: int, name: str) -> bool:
    if size <= LARGEST_RESULT:
        return False
    warn(1301, f"Result of {name}() was larger than max_allowed_packet (16777216) - truncated")
    return True


@function("REPEAT", args=2, kind="text")
def repeat(value: Any, count: Any) -> Any:
    """Return a text so many times."""
    found, size = text(value), to_int(count)
    if size <= 0 or not found:
        return found[:0]
    return None if _too_large(len(octets(found)) * size, "repeat") else found * size


@function("SPACE", args=1, kind="text")
def space(count: Any) -> Any:
    """Return so many spaces."""
    return repeat(" ", count)


@function("REVERSE", args=1, kind="text")
def reverse(value: Any) -> Any:
    """Return a text from its end to its beginning."""
    return text(value)[::-1]


@function("REPLACE", args=3, kind="text", strict=False)
def replace(value: Any, old: Any, new: Any) -> Any:
    """Return a text with every `old` replaced; case matters."""
    if value is None or old is None:
        return None
    found, before = same_kind(value, old)
    if not before:
        return found
    if new is None:
        return None
    found, before, after = same_kind(value, old, new)
    return found.replace(before, after)


@function("INSERT", args=4, kind="text")
def insert(value: Any, position: Any, count: Any, new: Any) -> Any:
    """Return a text with so many characters from a position on replaced by another text."""
    found, added = same_kind(value, new)
    start, size = to_int(position), to_int(count)
    if not 1 <= start <= len(found):
        return found
    end = len(found) if size < 0 or start - 1 + size > len(found) else start - 1 + size
    return found[: start - 1] + added + found[end:]


@function("QUOTE", args=1, kind="text", strict=False)
def quote(value: Any) -> Any:
    """Return a text as a constant of SQL, `NULL` for NULL."""
    if value is None:
        return "NULL"
    found = text(value)
    shown = found.decode("latin-1") if isinstance(found, bytes) else found
    for sign, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\0", "\\0"), ("\x1a", "\\Z")):
        shown = shown.replace(sign, escaped)
    return f"'{shown}'".encode("latin-1") if isinstance(found, bytes) else f"'{shown}'"
