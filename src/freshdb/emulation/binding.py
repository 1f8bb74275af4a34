"""What is bound to the places of a statement."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.problems import driver_error
from freshdb.errors import EmulationError


def kind_of(value: Any) -> str:
    """Return the letter of a bound value's kind."""
    letter = _KINDS.get(type(value))
    if letter is not None:
        return "u" if letter == "i" and not -(2**63) <= value < 2**63 else letter
    for kind, found in _KINDS.items():
        if isinstance(value, kind):
            return found
    raise EmulationError(
        f"a value of type {type(value).__name__} cannot be bound",
        hint="convert it to text or a number",
    )


_KINDS: dict[type, str] = {
    int: "i",
    str: "s",
    float: "f",
    bytes: "b",
    type(None): "n",
    bool: "i",
    Decimal: "d",
    dt.datetime: "s",
    dt.date: "s",
    dt.time: "s",
    dt.timedelta: "s",
    bytearray: "b",
    memoryview: "b",
}


def bound_values(parameters: Any, names: Sequence[str] | None, count: int) -> list[Any]:
    """Return the values of a statement's places, in their order.

    Raises:
        MySQLError: 1210, where there are others than places.
    """
    if isinstance(parameters, Mapping):
        if names is None:
            return []
        try:
            return [parameters[one] for one in names]
        except KeyError as missing:
            raise MySQLError(
                1210, "HY000", f"Incorrect arguments: no value for {missing}"
            ) from None
    found = list(parameters)
    if len(found) != count:
        raise driver_error(
            MySQLError(1210, "HY000", f"Incorrect arguments: {count} places, {len(found)} values")
        )
    return found


def spread(text: str, bound: list[Any]) -> tuple[str, list[Any]]:
    """Return the text with `(?, ?)` where a sequence is bound, as PyMySQL writes `IN %s`."""
    parts = iter(bound)
    flat: list[Any] = []
    pieces = []
    for piece in _split_places(text):
        if piece != "?":
            pieces.append(piece)
            continue
        value = next(parts)
        if isinstance(value, (list, tuple, set, frozenset)):
            listed = list(value)
            flat += listed
            pieces.append(f"({', '.join('?' * len(listed)) or 'NULL'})")
        else:
            flat.append(value)
            pieces.append("?")
    return "".join(pieces), flat


def _split_places(text: str) -> Iterator[str]:
    from freshdb.emulation.compiling import _PLACES

    at = 0
    for match in _PLACES.finditer(text):
        if match.group() == "?":
            yield text[at : match.start()]
            yield "?"
            at = match.end()
    yield text[at:]
