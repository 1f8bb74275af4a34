"""Casts of a value from one type to another, and how the values of each type are shown."""

from __future__ import annotations

import uuid
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.arithmetic import LIMITS, NAMES, in_range
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import PostgresError, bad_input, numeric, numeric_text
from freshdb.errors import EmulationError

_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}


@function("cast")
def cast(value: Any, source: str, target: str, first: int = -1, second: int = -1) -> Any:
    """Return a value of one type as another; `first` and `second` are a length, or digits."""
    if target in LIMITS:
        return _integer(value, source, target)
    caster = _CASTS.get(target)
    if caster is None or (source, target) in _NONE:
        raise EmulationError(f"a cast from {source} to {target} is not supported", hint="")
    return caster(value, source, first, second)


_NONE = {("date", "numeric"), ("json", "jsonb"), ("bool", "numeric"), ("date", "bool")}


def _integer(value: Any, source: str, target: str) -> int:
    if source in ("text", "unknown"):
        try:
            return in_range(int(str(value).strip().replace("_", "x")), target)
        except ValueError:
            raise bad_input(NAMES[target], str(value)) from None
    if source == "numeric":
        found = int(numeric(value).quantize(Decimal(1), ROUND_HALF_UP, v.EXACT))
        return in_range(found, target)
    if source == "float8":
        return in_range(int(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN, v.EXACT)), target)
    return in_range(int(value), target)


def _numeric(value: Any, source: str, first: int, second: int) -> str:
    found = numeric(value)
    if first < 0:
        return numeric_text(found)
    found = v.rescaled(found, max(second, 0))
    if abs(found) >= Decimal(10) ** (first - max(second, 0)):
        raise PostgresError("22003", "numeric field overflow")
    return numeric_text(found)


def _float(value: Any, source: str, first: int, second: int) -> float:
    try:
        found = float(value)
    except ValueError:
        raise bad_input("double precision", str(value)) from None
    if found in (float("inf"), float("-inf")) or found != found:  # NaN
        raise EmulationError(f"the double {value} is not supported", hint="use a real Postgres")
    return found


def _bool(value: Any, source: str, first: int, second: int) -> int:
    if source in ("text", "unknown"):
        word = str(value).strip().lower()
        if word not in _TRUE | _FALSE:
            raise bad_input("boolean", str(value))
        return int(word in _TRUE)
    return int(bool(value))


def shown(value: Any, source: str) -> str:
    """Return a value's text, as the server writes it."""
    if source == "bool":
        return "true" if value else "false"
    if source in ("timestamp", "timestamptz"):
        text = str(value).rstrip("0").rstrip(".") if "." in str(value) else str(value)
        return text + ("+00" if source == "timestamptz" else "")
    if source == "float8":
        return _float_text(float(value))
    if source in ("interval", "bytea"):
        raise EmulationError(f"the text of an {source} is not supported", hint="show it in Python")
    return str(value)


def _float_text(value: float) -> str:
    text = repr(value)
    if "e" in text or abs(value) >= 1e15:
        raise EmulationError("the text of so large or small a double is not supported", hint="")
    return text.removesuffix(".0")


def _text(value: Any, source: str, first: int, second: int) -> str:
    found = shown(value, source)
    return found if first < 0 else found[:first]


def _jsonb(value: Any, source: str, first: int, second: int) -> str:
    return v.jsonb_text(v.parsed_json(str(value)))


def _json(value: Any, source: str, first: int, second: int) -> str:
    v.parsed_json(str(value))
    return str(value)


def _uuid(value: Any, source: str, first: int, second: int) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise bad_input("uuid", str(value)) from None


_CASTS: dict[str, Any] = {
    "numeric": _numeric,
    "float8": _float,
    "bool": _bool,
    "text": _text,
    "date": lambda value, source, first, second: v.date_of(value).isoformat(),
    "timestamp": lambda value, source, first, second: v.stamp_text(v.stamp(value)),
    "timestamptz": lambda value, source, first, second: v.stamp_text(
        v.stamp(value, with_zone=True)
    ),
    "interval": lambda value, source, first, second: " ".join(map(str, v.interval(str(value)))),
    "jsonb": _jsonb,
    "json": _json,
    "uuid": _uuid,
}
