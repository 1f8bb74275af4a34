"""Casts between Postgres's types."""

from __future__ import annotations

import json
import uuid
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions import LIMITS, NAMES, function, in_range
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


# JSON


@function("to_json")
def to_json(value: Any, source: str) -> str:
    """Return a value as JSON's text."""
    if source in ("json", "jsonb", "numeric", "int2", "int4", "int8"):
        return str(value)
    return shown(value, source) if source in ("bool", "float8") else v.quoted(shown(value, source))


@function("json_get")
def json_get(value: str, key: Any, kind: str, as_text: int) -> str | None:
    """Return `value -> key`, or with `as_text` `value ->> key`."""
    return _found(v.parsed_json(value), [key], kind, as_text)


@function("json_path")
def json_path(value: str, path: str, kind: str, as_text: int) -> str | None:
    """Return `value #> path`, the path as `{a,b}`."""
    steps = [one.strip().strip('"') for one in path.strip()[1:-1].split(",") if one.strip()]
    return _found(v.parsed_json(value), [_step(one) for one in steps], kind, as_text)


def _step(text: str) -> Any:
    return int(text) if text.lstrip("-").isdigit() else text


def _found(node: Any, steps: list[Any], kind: str, as_text: int) -> str | None:
    for step in steps:
        if isinstance(node, list) and isinstance(step, int) and -len(node) <= step < len(node):
            node = node[step]
        elif isinstance(node, dict) and str(step) in node:
            node = node[str(step)]
        else:
            return None
    if as_text and (node is None or isinstance(node, str)):
        return node
    if kind == "json" and isinstance(node, (dict, list)):
        raise EmulationError("a part of json that is an object is not supported", hint="use jsonb")
    return v.jsonb_text(node)


@function("json_build", strict=False)
def json_build(kind: str, *values: Any) -> str:
    """Return an object or array of values that are JSON's text already."""
    nodes = [None if one is None else v.parsed_json(one) for one in values]
    if kind == "array":
        return v.jsonb_text(nodes)
    if None in nodes[::2]:
        raise PostgresError("22023", "argument 1: key must not be null")
    keys = [one if isinstance(one, str) else v.jsonb_text(one) for one in nodes[::2]]
    return v.jsonb_text(dict(zip(keys, nodes[1::2], strict=True)))


@function("json_contains")
def json_contains(one: str, other: str) -> int:
    """Return `one @> other`."""
    return int(_contains(v.parsed_json(one), v.parsed_json(other), top=True))


def _contains(one: Any, other: Any, *, top: bool = False) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return all(key in one and _contains(one[key], other[key]) for key in other)
    if isinstance(one, list) and isinstance(other, list):
        return all(any(_contains(mine, theirs) for mine in one) for theirs in other)
    if top and isinstance(one, list) and not isinstance(other, dict):
        return any(_contains(mine, other) for mine in one)
    return (type(one) is type(other) and bool(one == other)) or _same_number(one, other)


def _same_number(one: Any, other: Any) -> bool:
    numbers = all(isinstance(x, (int, Decimal)) and not isinstance(x, bool) for x in (one, other))
    return numbers and bool(one == other)


@function("json_has")
def json_has(value: str, key: str) -> int:
    """Return `value ? key`."""
    node = v.parsed_json(value)
    return int(key in node if isinstance(node, (dict, list)) else node == key)


@function("json_about")
def json_about(name: str, value: str) -> Any:
    """Return the length of an array, or the type."""
    node = v.parsed_json(value)
    if name == "length":
        if not isinstance(node, list):
            raise PostgresError("22023", "cannot get array length of a non-array")
        return len(node)
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(node), "number")


__all__ = ["cast", "json", "shown"]
