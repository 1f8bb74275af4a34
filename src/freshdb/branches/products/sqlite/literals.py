"""The SQL for a value, which reads back as exactly that value."""

from __future__ import annotations

import math
import sqlite3
from functools import cache
from typing import Any


def literal(value: Any) -> str:
    """Return the SQL for a value that SQLite has given."""
    if value is None:
        return "NULL"
    if isinstance(value, float):
        return _real(value)
    if isinstance(value, bytes):
        return f"X'{value.hex()}'"
    if isinstance(value, str):
        return _text(value)
    return str(int(value))


def _text(value: str) -> str:
    data = value.encode("utf-8", "surrogateescape")
    # SQL ends at a zero byte, and cannot contain bytes that are no UTF-8.
    if b"\0" in data or any("\udc80" <= letter <= "\udcff" for letter in value):
        return f"CAST(X'{data.hex()}' AS TEXT)"
    return "'" + value.replace("'", "''") + "'"


def _real(value: float) -> str:
    if math.isinf(value):
        return "9e999" if value > 0 else "-9e999"
    text = repr(value)
    # SQLite reads some decimal numbers as the neighbour of the nearest.
    if _scratch().execute(f"SELECT {text}").fetchone()[0] == value:
        return text
    return _from_integers(value)


def _from_integers(value: float) -> str:
    """Return an integer that a real has exactly, times powers of two, of which none rounds."""
    mantissa, exponent = math.frexp(value)
    number = int(mantissa * 2**53)
    exponent -= 53
    text = f"CAST({number} AS REAL)"
    while exponent:
        step = min(abs(exponent), 60)
        text += f" {'*' if exponent > 0 else '/'} {2**step}"
        exponent += -step if exponent > 0 else step
    return f"({text})"


@cache
def _scratch() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", check_same_thread=False)
