"""Functions and operators of JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.casts import shown
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import PostgresError
from freshdb.errors import EmulationError


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
