"""Comparisons of the types that SQLite itself cannot compare."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import numeric


@function("compare")
def compare(kind: str, one: Any, other: Any) -> int:
    """Return -1, 0 or 1 for two values of a type that SQLite itself cannot compare."""
    key = {"numeric": numeric, "interval": v.size, "jsonb": v.parsed_json}[kind]
    a, b = key(one), key(other)
    if kind == "jsonb":
        return int(a != b or str(type(a)) != str(type(b)))
    return int(a > b) - int(a < b)
