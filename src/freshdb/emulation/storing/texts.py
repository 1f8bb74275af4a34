"""Text, bytes and JSON, as a column keeps them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.casts import text_of_bytes
from freshdb.emulation.functions.coercions import characters, octets, text
from freshdb.emulation.types import BLOB_LENGTHS, TEXT_LENGTHS
from freshdb.emulation.values import Json
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules


def text_of(value: Any) -> str:
    """Return a value as the text that a column of texts is given."""
    return characters(value) if isinstance(value, bytes) else str(text(value))


def store_text(rules: Rules, value: Any) -> Any:
    """Return the text that a column keeps, cut to its length."""
    text = _decoded(rules, value) if isinstance(value, bytes) else text_of(value)
    if not rules.type.is_unicode and not text.isascii():
        charset = rules.type.collation.partition("_")[0]
        raise EmulationError(
            f"letters beyond ASCII in `{rules.column.name}`, a column of the character set "
            f"{charset}, are not supported",
            hint="declare it utf8mb4",
        )
    name, limit = rules.type.name, rules.type.length
    if name == "char":
        text = text.rstrip(" ")
    if limit is not None and len(text) > limit:
        if text[limit:].strip(" "):
            rules.too_long()
        text = text[:limit]
    longest = TEXT_LENGTHS.get(name)
    if longest is not None and len(text) * 4 > longest and len(text.encode()) > longest:
        rules.too_long()
        text = text.encode()[:longest].decode("utf-8", "ignore")
    return text


def _decoded(rules: Rules, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as error:
        shown = "".join(f"\\x{byte:02X}" for byte in value[error.start : error.start + 6])
        rules.incorrect("string", shown)
        return str(text_of_bytes(value))


def store_bytes(rules: Rules, value: Any) -> Any:
    """Return the bytes that a column keeps, cut to its length; a BINARY is filled up."""
    data = value if isinstance(value, bytes) else octets(text_of(value))
    limit = rules.type.length or BLOB_LENGTHS.get(rules.type.name)
    if limit is not None and len(data) > limit:
        rules.too_long()
        data = data[:limit]
    if rules.type.name == "binary":
        data = data.ljust(rules.type.length or 1, b"\0")
    return data


def _no_constant(word: str) -> None:
    raise ValueError(word)  # Python's `NaN` is not JSON's


def store_json(rules: Rules, value: Any) -> Any:
    """Return the JSON that a column keeps, as it was written."""
    text = str(value) if isinstance(value, Json) else text_of(value)
    try:
        json.loads(text, parse_constant=_no_constant)
    except ValueError:
        if rules.context.is_mysql8:
            message = (
                'Invalid JSON text: "Invalid value." at position 0 in value for column '
                f"'{rules.table}.{rules.column.name}'."
            )
            raise MySQLError(3140, "22032", message) from None
        name = f"`{rules.table}.{rules.column.name}`"
        message = f"CONSTRAINT {name} failed for `{rules.context.database}`.`{rules.table}`"
        # INSERT IGNORE does not ignore a constraint.
        raise MySQLError(4025, "23000", message) from None
    return text
