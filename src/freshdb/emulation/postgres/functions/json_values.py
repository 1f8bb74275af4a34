"""Functions and operators that make JSON and look into it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.shown import float_text, shown
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError


@function("to_json", strict=False)
def to_json(value: Any, source: str) -> str:
    """Return a value as JSON's text; NULL as JSON's null."""
    if value is None:
        return "null"
    if source.endswith("[]"):
        listed = (to_json(one, source[:-2]) for one in json.loads(value))
        return f"[{','.join(listed)}]"
    if source in ("json", "jsonb", "numeric", "int2", "int4", "int8"):
        return str(value)
    if source == "float8":
        return float_text(value)
    if source == "bool":
        return shown(value, source)
    if source in ("timestamp", "timestamptz"):
        zone = "+00:00" if source == "timestamptz" else ""
        return v.quoted(shown(value, "timestamp").replace(" ", "T") + zone)
    return v.quoted(shown(value, source))


@function("to_json_as")
def to_json_as(kind: str, value: Any, source: str) -> str:
    """Return `to_json(value)`, or to_jsonb."""
    text = to_json(value, source)
    return v.jsonb_text(v.parsed_json(text)) if kind == "jsonb" else text


@function("json_get")
def json_get(value: str, key: Any, kind: str, as_text: int) -> str | None:
    """Return `value -> key`, or with `as_text` `value ->> key`."""
    node = v.parsed_json(value)
    if isinstance(node, list) and isinstance(key, int):
        inside = -len(node) <= key < len(node)
        return _told(node[key], kind, as_text, value) if inside else None
    if isinstance(node, dict) and isinstance(key, str):
        return _told(node[key], kind, as_text, value) if key in node else None
    if kind == "jsonb" and not isinstance(node, (dict, list)) and key in (0, -1):
        return _told(node, kind, as_text, value)  # the server keeps it as a list of one
    return None


@function("json_path")
def json_path(value: str, path: str, kind: str, as_text: int) -> str | None:
    """Return `value #> path`."""
    node = v.parsed_json(value)
    for step in json.loads(path):
        if step is None:
            return None
        if isinstance(node, list):
            place = place_of(step)
            if place is None or not -len(node) <= place < len(node):
                return None
            node = node[place]
        elif isinstance(node, dict) and step in node:
            node = node[step]
        else:
            return None
    return _told(node, kind, as_text, value)


def place_of(step: str) -> int | None:
    """Return the place in a list that a step of a path means; None for others."""
    try:
        return int(step) if step.strip() == step and "_" not in step else None
    except ValueError:
        return None


def _told(node: Any, kind: str, as_text: int, whole: str) -> str | None:
    if as_text and (node is None or isinstance(node, str)):
        return node
    if kind == "json" and (isinstance(node, (dict, list, Decimal)) or node == 0):
        # Its own text would be needed, with its spaces and digits.
        if node == {} or node == []:
            return "{}" if node == {} else "[]"
        if isinstance(node, Decimal) and v.numeric_text(node) in whole:
            return v.numeric_text(node)
        if node != 0 or isinstance(node, Decimal):
            text = "a part of json that is an object is not supported"
            raise EmulationError(text, hint="use jsonb")
    return v.jsonb_text(node)


@function("json_build", strict=False)
def json_build(kind: str, shape: str, *values: str) -> str:
    """Return an object or array of values that are JSON's text already."""
    if shape == "array":
        text = f"[{', '.join(values)}]"
        return v.jsonb_text(v.parsed_json(text)) if kind == "jsonb" else text
    keys = [_key(one, at * 2 + 1) for at, one in enumerate(values[::2])]
    pairs = zip(keys, values[1::2], strict=True)
    text = "{" + ", ".join(f"{v.quoted(key)} : {one}" for key, one in pairs) + "}"
    return v.jsonb_text(v.parsed_json(text)) if kind == "jsonb" else text


def _key(text: str, place: int) -> str:
    node = v.parsed_json(text)
    if node is None:
        raise PostgresError("22004", f"argument {place}: key must not be null")
    if isinstance(node, (dict, list)):
        text = "key value must be scalar, not array, composite, or json"
        raise PostgresError("22023", text)
    return node if isinstance(node, str) else text


@function("json_object")
def json_object(kind: str, keys: str, values: str | None = None) -> str:
    """Return an object of a list of texts."""
    names = json.loads(keys)
    if values is None:
        if len(names) % 2:
            raise PostgresError("2202E", "array must have even number of elements")
        names, others = names[::2], names[1::2]
    else:
        others = json.loads(values)
        if len(names) != len(others):
            raise PostgresError("2202E", "mismatched array dimensions")
    if None in names:
        raise PostgresError("22004", "null value not allowed for object key")
    if kind == "jsonb":
        return v.jsonb_text(dict(zip(names, others, strict=True)))
    pairs = zip(names, others, strict=True)
    listed = (f"{v.quoted(a)} : {'null' if b is None else v.quoted(b)}" for a, b in pairs)
    return "{" + ", ".join(listed) + "}"


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
    if isinstance(node, list):
        return int(any(isinstance(one, str) and one == key for one in node))
    return int(key in node if isinstance(node, dict) else isinstance(node, str) and node == key)


@function("json_has_keys")
def json_has_keys(value: str, keys: str, every: int) -> int:
    """Return `value ?| keys`, or `?&`."""
    found = [json_has(value, one) for one in json.loads(keys) if one is not None]
    return int(all(found) if every else any(found))


@function("json_about")
def json_about(name: str, value: str) -> Any:
    """Return the length of an array, or the type."""
    node = v.parsed_json(value)
    if name == "length":
        if not isinstance(node, list):
            what = "a non-array" if isinstance(node, dict) else "a scalar"
            raise PostgresError("22023", f"cannot get array length of {what}")
        return len(node)
    kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return kinds.get(type(node), "number")


@function("json_pretty")
def json_pretty(value: str) -> str:
    """Return JSON over several lines."""
    return _pretty(v.parsed_json(value), "")


def _pretty(node: Any, margin: str) -> str:
    inner = margin + "    "
    if isinstance(node, dict):
        listed = [f"{inner}{v.quoted(k)}: {_pretty(node[k], inner)}" for k in v.sorted_keys(node)]
        return "{\n" + ",\n".join(listed) + f"\n{margin}}}" if listed else "{\n" + margin + "}"
    if isinstance(node, list):
        listed = [f"{inner}{_pretty(one, inner)}" for one in node]
        return "[\n" + ",\n".join(listed) + f"\n{margin}]" if listed else "[\n" + margin + "]"
    return v.jsonb_text(node)


@function("json_strip")
def json_strip(value: str) -> str:
    """Return JSON without the fields of objects that are null."""
    return v.jsonb_text(_stripped(v.parsed_json(value)))


def _stripped(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _stripped(one) for key, one in node.items() if one is not None}
    return [_stripped(one) for one in node] if isinstance(node, list) else node
