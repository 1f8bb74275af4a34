"""Functions of texts."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from typing import Any

from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.shown import output
from freshdb.emulation.postgres.problems import PostgresError
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
    "bit_length": lambda text: 8 * len(text.encode()),
    "reverse": lambda text: text[::-1],
    "md5": lambda text: hashlib.md5(text.encode()).hexdigest(),  # noqa: S324  # Postgres's
    "initcap": lambda text: re.sub(
        r"[^\W_]+", lambda found: _OF_TEXT["upper"](found[0][0]) + found[0][1:].lower(), text
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


@function("strpos")
def strpos(value: str, part: str) -> int:
    """Return where a part begins, from 1; 0 where it is not there."""
    return value.find(part) + 1


@function("starts_with")
def starts_with(value: str, part: str) -> int:
    """Return whether a text begins with a part."""
    return int(value.startswith(part))


@function("overlay")
def overlay(value: str, other: str, start: int, count: int | None = None) -> str:
    """Return a text with another in the place of some of its characters."""
    if start <= 0:
        raise PostgresError("22011", "negative substring length not allowed")
    size = len(other) if count is None else count
    return value[: start - 1] + other + value[max(start - 1 + size, 0) :]


@function("translate")
def translate(value: str, old: str, new: str) -> str:
    """Return a text with characters replaced one by one; what has no other is left out."""
    table: dict[int, str | None] = {}
    for at, sign in enumerate(old):
        table.setdefault(ord(sign), new[at] if at < len(new) else None)
    return value.translate(table)


@function("chr")
def chr_(code: int) -> str:
    """Return the character of a code."""
    if code <= 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise PostgresError("54000", f"requested character not valid: {code}")
    return chr(code)


_RESERVED = {
    "all", "and", "any", "array", "as", "asc", "both", "case", "cast", "check", "collate",
    "column", "constraint", "create", "default", "desc", "distinct", "do", "else", "end",
    "except", "false", "fetch", "for", "foreign", "from", "grant", "group", "having", "in",
    "into", "limit", "not", "null", "offset", "on", "only", "or", "order", "primary",
    "references", "select", "some", "table", "then", "to", "true", "union", "unique", "user",
    "using", "when", "where", "window", "with",
}  # fmt: skip


@function("quoted")
def quoted(what: str, value: str) -> str:
    """Return a text as a constant or a name of SQL."""
    if what == "literal":
        text = "'" + value.replace("'", "''").replace("\\", "\\\\") + "'"
        return f"E{text}" if "\\" in value else text
    if re.fullmatch(r"[a-z_][a-z0-9_$]*", value) and value not in _RESERVED:
        return value
    return '"' + value.replace('"', '""') + '"'


@function("quote_nullable", strict=False)
def quote_nullable(value: str | None) -> str:
    """Return a text as a constant of SQL, or NULL."""
    return "NULL" if value is None else quoted("literal", value)


@function("format", strict=False)
def format_(form: str | None, *values: str | None) -> str | None:
    """Return a form with values in its places."""
    if form is None:
        return None
    rest = iter(values)

    def fill(match: re.Match[str]) -> str:
        if match[1] == "%":
            return "%"
        if match[1] not in ("s", "I", "L"):
            hint = "write %s, %I or %L"
            raise EmulationError(f"`{match.group()}` in format() is not supported", hint=hint)
        try:
            value = next(rest)
        except StopIteration:
            raise PostgresError("22023", "too few arguments for format()") from None
        if match[1] == "L":
            return str(quote_nullable(value))
        if match[1] == "I":
            if value is None:
                raise PostgresError("22004", "null values cannot be formatted as an SQL identifier")
            return str(quoted("ident", value))
        return value or ""

    return re.sub(r"%(.?)", fill, form, flags=re.DOTALL)


@function("output")
def output_(value: Any, kind: str) -> str:
    """Return a value as a result shows it."""
    return output(value, kind)


@function("bytes")
def bytes_function(name: str, value: bytes) -> Any:
    """Return a function of one string of bytes."""
    if name == "length":
        return len(value)
    made = hashlib.new(name, value, usedforsecurity=False)
    return made.hexdigest() if name == "md5" else made.digest()


@function("encode")
def encode(value: bytes, form: str) -> str:
    """Return bytes as text."""
    if form.lower() == "hex":
        return value.hex()
    if form.lower() == "base64":
        text = base64.b64encode(value).decode()
        return "\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    return _other_form(form)


@function("decode")
def decode(value: str, form: str) -> bytes:
    """Return the bytes of a text."""
    try:
        if form.lower() == "hex":
            return bytes.fromhex(value)
        if form.lower() == "base64":
            return base64.b64decode(re.sub(r"\s", "", value), validate=True)
    except ValueError:
        raise PostgresError("22023", f"invalid {form.lower()} data") from None
    _other_form(form)
    return b""


def _other_form(form: str) -> str:
    if form.lower() != "escape":
        raise PostgresError("22023", f'unrecognized encoding: "{form}"')
    raise EmulationError("the encoding `escape` is not supported", hint="use hex")


@function("concat", strict=False)
def concat(*values: Any) -> str:
    """Return texts as one; NULL counts as none."""
    return "".join(one for one in values if one is not None)


@function("concat_ws", strict=False)
def concat_ws(separator: str | None, *values: Any) -> str | None:
    """Return texts with a separator between them."""
    return None if separator is None else separator.join(one for one in values if one is not None)
