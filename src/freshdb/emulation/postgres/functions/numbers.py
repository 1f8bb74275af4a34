"""Functions of one number."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.arithmetic import in_range
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import PostgresError, numeric, numeric_text


@function("round")
def round_(kind: str, value: Any, digits: int = 0) -> Any:
    """Return a number rounded: a numeric ties away from zero, a double to even."""
    if kind == "float8":
        return float(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN, v.EXACT))
    found = v.rescaled(numeric(value), digits)
    return numeric_text(found if digits >= 0 else found.quantize(Decimal(1), context=v.EXACT))


@function("whole")
def whole(name: str, kind: str, value: Any) -> Any:
    """Return floor, ceil or trunc of a number."""
    if kind == "float8":
        floats: dict[str, Callable[[float], int]]
        floats = {"floor": math.floor, "ceil": math.ceil, "trunc": math.trunc}
        return float(floats[name](value))
    modes: dict[str, str] = {"floor": ROUND_FLOOR, "ceil": ROUND_CEILING, "trunc": "ROUND_DOWN"}
    return numeric_text(numeric(value).quantize(Decimal(1), modes[name], v.EXACT))


@function("abs")
def absolute(kind: str, value: Any) -> Any:
    """Return a number without its sign."""
    if kind == "numeric":
        return numeric_text(abs(numeric(value)))
    return abs(value) if kind == "float8" else in_range(abs(value), kind)


@function("sqrt")
def sqrt(value: float) -> float:
    """Return the square root of a double."""
    if value < 0:
        raise PostgresError("2201F", "cannot take square root of a negative number")
    return math.sqrt(value)
