"""SQL values as JSON documents, and documents among a function's arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters, float_text, octets, text
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.functions.json_documents import (
    JsonSyntaxError,
    Node,
    Scalar,
    first_value,
    parse,
    quoted,
    write,
)
from freshdb.emulation.values import Date, DateTime, Json, Time, UInt, decimal_text
from freshdb.errors import EmulationError


def to_node(value: Any) -> Node:
    """Return an SQL value as a document: JSON nests, other text becomes a string."""
    kind = value.__class__
    if value is None:
        return Scalar("null")
    if kind is Json:
        return parse(value)
    if kind is bool:
        return Scalar("true" if value else "false")
    if kind is int or kind is UInt:
        return Scalar(str(int(value)))
    if kind is Decimal:
        return Scalar(decimal_text(value))
    if kind is float:
        return Scalar(_float_raw(value))
    if kind is Date or kind is DateTime or kind is Time:
        return Scalar(quoted(_temporal_text(value)))
    if kind is bytes and active.context.is_mysql8:
        import base64

        return Scalar(quoted("base64:type254:" + base64.b64encode(value).decode()))
    if isinstance(value, bytes) and not octets(value).isascii():
        raise EmulationError(
            "bytes beyond ASCII in JSON are not supported", hint="CONVERT them USING utf8mb4"
        )
    return Scalar(quoted(characters(value)))


def nested(value: Any) -> Node:
    """Return an SQL value as a part of a new document: MariaDB puts JSON in as it is written."""
    if value.__class__ is Json and not active.context.is_mysql8:
        return Scalar(str(value))
    if isinstance(value, bytes) and not active.context.is_mysql8:
        return Scalar(quoted(octets(value).decode("utf-8", "surrogateescape")))
    return to_node(value)


def made(document: str, values: Iterable[Any]) -> Json | bytes:
    """Return a new document of these values; MariaDB makes bytes of it if one of them is."""
    if active.context.is_mysql8 or not any(isinstance(value, bytes) for value in values):
        return Json(document)
    return document.encode("utf-8", "surrogateescape")


def _float_raw(value: float) -> str:
    found = float_text(value)
    if active.context.is_mysql8 and not re.search("[.e]", found):
        return f"{found}.0"
    return found


def _temporal_text(value: Date | DateTime | Time) -> str:
    shown = str(value)
    if not active.context.is_mysql8 or isinstance(value, Date):
        return shown
    return shown if "." in shown else f"{shown}.000000"


def to_json(value: Any, *, parse: bool = False) -> Json:
    """Return an SQL value as JSON; with `parse` a text is read as a document."""
    if parse and value.__class__ is str:
        return Json(write(document(value, "cast_as_json", 1)))
    return Json(write(to_node(value)))


def document(value: Any, function: str, argument: int) -> Any:
    """Return the document of an argument; None with a warning, or an error on MySQL 8.

    Args:
        value: the argument.
        function: the name that the message gives, in lower case.
        argument: its place, from 1.
    """
    source = value if value.__class__ is Json or value.__class__ is str else _source(value)
    try:
        return parse(source)
    except JsonSyntaxError as error:
        return _bad_document(error, function, argument)


def sound_document(value: Any, function: str, argument: int) -> Any:
    """Return the document of an argument as `document` does, or refuse one that breaks off.

    MariaDB reads a document only as far as it needs to, and answers from the part before the break.
    """
    source = value if value.__class__ is Json or value.__class__ is str else _source(value)
    try:
        return parse(source)
    except JsonSyntaxError as error:
        # Broken at its first sign, nothing can be read from it.
        has_begun = error.position > 2 + len(source) - len(source.lstrip())
        if has_begun and not active.context.is_mysql8 and beginning(value) is not None:
            raise EmulationError(
                f"{function.upper()} of JSON that is broken is not supported",
                hint="repair the document, or test JSON_VALID first",
            ) from None
        return _bad_document(error, function, argument)


def beginning(value: Any) -> Any:
    """Return the document that an argument begins with; where it has none, whether it tries to.

    Some functions of MariaDB's read no further than the document, whatever stands behind it.
    """
    source = value if value.__class__ is Json or value.__class__ is str else _source(value)
    try:
        return first_value(source)
    except JsonSyntaxError as error:
        return (not error.ended and source.lstrip()[:1] in ("{", "[", '"')) or None


def _source(value: Any) -> str:
    return (
        octets(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(text(value))
    )


def _bad_document(error: JsonSyntaxError, function: str, argument: int) -> None:
    if active.context.is_mysql8:
        message = (
            f'Invalid JSON text in argument {argument} to function {function}: "Invalid value." '
            f"at position {error.position - 1}."
        )
        raise MySQLError(3141, "22032", message)
    where = f"in argument {argument} to function '{function}'"
    if error.deep:
        warn(
            4040,
            "Limit of 32 on JSON nested structures depth is reached "
            f"{where} at position {error.position}",
        )
    elif error.ended:
        warn(4037, f"Unexpected end of JSON text {where}")
    else:
        warn(4038, f"Syntax error in JSON text {where} at position {error.position}")


def one_or_all(value: Any, function: str) -> bool | None:
    """Return whether an argument says `all`, None with a warning where it says neither."""
    word = characters(value).lower()
    if word not in ("one", "all"):
        if active.context.is_mysql8:
            message = f"The oneOrAll argument to {function} may take these values: 'one' or 'all'."
            raise MySQLError(3154, "42000", message)
        message = 'Argument 2 to function \'{}\' must be "one" or "all".'
        warn(4046, message.format(function))
        return None
    return word == "all"
