"""JSON functions that look into documents."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters, to_int
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.json_paths import has_wildcard, path_of, select, walk
from freshdb.emulation.functions.json_values import (
    JsonSyntaxError,
    Object,
    Scalar,
    beginning,
    document,
    parse,
    quoted,
    sound_document,
    to_node,
    unescape,
    write,
)
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.values import Json


@operator("JSON_BOOL", args=1, kind="json")
def json_bool(value: Any) -> Json:
    """Return a truth value as JSON's `true` or `false`."""
    return Json("true" if value else "false")


@function("JSON_VALID", args=1, kind="bool")
def json_valid(value: Any) -> bool:
    """Tell whether a text is JSON."""
    if active.context.is_mysql8 and not isinstance(value, str):
        return False
    try:
        parse(characters(value))
    except JsonSyntaxError:
        return False
    return True


@function("JSON_EXTRACT", args=(2, None), kind="json", context=True, deterministic=True)
def json_extract(context: Context, value: Any, *paths: Any) -> Json | None:
    """Return what a path leads to; of several paths, or one with wildcards, an array."""
    node = document(value, "json_extract", 1)
    steps = [path_of(path, "json_extract", place) for place, path in enumerate(paths, 2)]
    if node is None or None in steps:
        return None
    found = [each for path in steps if path is not None for each in select(node, path)]
    if not found:
        return None
    if not context.is_mysql8:
        # MariaDB walks the document once and takes what any of the paths leads to.
        places = {id(each): place for place, (_, each) in enumerate(walk(node))}
        found.sort(key=lambda each: places[id(each)])
    if len(paths) == 1 and steps[0] is not None and not has_wildcard(steps[0]):
        return Json(write(found[0]))
    return Json(write(found))


@function("JSON_UNQUOTE", args=1, kind="text")
def json_unquote(value: Any) -> str:
    """Return the characters of a JSON string; of anything else its text."""
    shown = characters(value)
    if len(shown) < 2 or shown[0] != '"' or shown[-1] != '"':
        return shown
    try:
        node = parse(shown)
    except JsonSyntaxError:
        return shown
    if not isinstance(node, Scalar):
        return shown
    found = unescape(node.raw[1:-1])
    return shown if "\\u" in found and found == node.raw[1:-1] else found


@function("JSON_QUOTE", args=1, kind="text")
def json_quote(value: Any) -> str | None:
    """Return a text as a JSON string; MariaDB has NULL for what is no text."""
    if isinstance(value, (int, float, Decimal)):
        return None
    return quoted(characters(value))


@function("JSON_VALUE", args=2, kind="text")
def json_value(value: Any, path: Any) -> str | None:
    """Return the scalar that a path leads to as text, NULL for an array or object."""
    node = sound_document(value, "json_value", 1)
    steps = path_of(path, "json_value", 2, plain=True)
    if node is None or steps is None:
        return None
    found = next((each for each in select(node, steps) if isinstance(each, Scalar)), None)
    return None if found is None or found.raw == "null" else scalar_text(found)


def scalar_text(node: Scalar) -> str:
    """Return the SQL text of a scalar: a string's characters, `1` for true."""
    if node.is_string:
        return unescape(node.raw[1:-1])
    if active.context.is_mysql8:
        return node.raw
    return {"true": "1", "false": "0"}.get(node.raw, node.raw)


@function("JSON_QUERY", args=2, kind="json", flavors=("mariadb",))
def json_query(value: Any, path: Any) -> Json | None:
    """Return the array or object that a path leads to, NULL for a scalar."""
    node = sound_document(value, "json_query", 1)
    steps = path_of(path, "json_query", 2)
    if node is None or steps is None:
        return None
    found = next((each for each in select(node, steps) if not isinstance(each, Scalar)), None)
    return None if found is None else Json(write(found))


@function("JSON_EXISTS", args=2, kind="bool", flavors=("mariadb",))
def json_exists(value: Any, path: Any) -> bool | None:
    """Tell whether a path leads to anything."""
    node = sound_document(value, "json_exists", 1)
    steps = path_of(path, "json_exists", 2)
    if node is None or steps is None:
        return None
    return any(True for _ in select(node, steps))


@function("JSON_TYPE", args=1, kind="text")
def json_type(value: Any) -> str | None:
    """Return the name of a document's type."""
    node = document(value, "json_type", 1)
    if node is None:
        return None
    if isinstance(node, Object):
        return "OBJECT"
    if isinstance(node, list):
        return "ARRAY"
    return _scalar_type(node.raw)


def _scalar_type(raw: str) -> str:
    if raw[0] == '"':
        return "STRING"
    if raw in ("true", "false"):
        return "BOOLEAN"
    if raw == "null":
        return "NULL"
    return "DOUBLE" if re.search("[.eE]", raw) else "INTEGER"


@function("JSON_LENGTH", args=(1, 2), kind="int")
def json_length(value: Any, path: Any = "$") -> int | None:
    """Return how many members or elements a document has; a scalar counts as one."""
    node = document(value, "json_length", 1)
    if node is None and not active.context.is_mysql8:
        node = beginning(value)
        node = node if isinstance(node, Scalar) else None
    steps = path_of(path, "json_length", 2, plain=True)
    if node is None or steps is None:
        return None
    found = next(iter(select(node, steps)), None)
    if found is None:
        return None
    return len(found) if isinstance(found, list) else 1


@function("JSON_DEPTH", args=1, kind="int")
def json_depth(value: Any) -> int | None:
    """Return how deep a document is nested; a scalar is 1."""
    node = document(value, "json_depth", 1)
    return None if node is None else _depth(node)


def _depth(node: Any) -> int:
    if isinstance(node, Object):
        return 1 + max((_depth(each) for _, each in node), default=0)
    if isinstance(node, list):
        return 1 + max((_depth(each) for each in node), default=0)
    return 1


@function("JSON_KEYS", args=(1, 2), kind="json")
def json_keys(value: Any, path: Any = "$") -> Json | None:
    """Return the keys of an object as an array."""
    node = sound_document(value, "json_keys", 1)
    steps = path_of(path, "json_keys", 2, plain=True)
    if node is None or steps is None:
        return None
    found = next(iter(select(node, steps)), None)
    if not isinstance(found, Object):
        return None
    keys = list(dict.fromkeys(key for key, _ in found))
    return Json(write([Scalar(f'"{key}"') for key in keys]))


# --- containment --------------------------------------------------------------------------------


@function("JSON_CONTAINS", args=(2, 3), kind="bool")
def json_contains(value: Any, candidate: Any, path: Any = None) -> bool | None:
    """Tell whether a document, or what a path in it leads to, contains another one."""
    node = document(value, "json_contains", 1)
    steps = None if path is None else path_of(path, "json_contains", 3, plain=True)
    if node is not None and steps is not None and not any(True for _ in select(node, steps)):
        return None if active.context.is_mysql8 else False
    wanted = document(candidate, "json_contains", 2)
    if node is None or wanted is None:
        # MariaDB reads no further than the document, whatever stands behind it.
        node, wanted = beginning(value), beginning(candidate)
        if node is None or wanted is None or path is not None:
            return None
        if node is True or wanted is True:
            return False
    if path is not None:
        if steps is None:
            return None
        node = next(iter(select(node, steps)))
    return contains(node, wanted)


def contains(node: Any, wanted: Any) -> bool:
    """Tell whether a document contains another: an object its members, an array its elements."""
    if isinstance(node, Object):
        return isinstance(wanted, Object) and all(
            (place := node.find(unescape(key))) >= 0 and contains(node[place][1], value)
            for key, value in wanted
        )
    if isinstance(node, list):
        if isinstance(wanted, list) and not isinstance(wanted, Object):
            return all(contains(node, each) for each in wanted)
        return any(contains(each, wanted) for each in node)
    return isinstance(wanted, Scalar) and same_scalar(node, wanted)


def same_scalar(one: Scalar, other: Scalar) -> bool:
    """Tell whether two scalars are equal: numbers by value, strings by their characters."""
    if one.is_number and other.is_number:
        return Decimal(one.raw) == Decimal(other.raw)
    if one.is_string and other.is_string:
        return unescape(one.raw) == unescape(other.raw)
    return one.raw == other.raw


def same(one: Any, other: Any) -> bool:
    """Tell whether two documents are equal, whatever the order of their members."""
    if isinstance(one, Object) and isinstance(other, Object):
        return len(one) == len(other) and all(
            (place := other.find(unescape(key))) >= 0 and same(value, other[place][1])
            for key, value in one
        )
    if isinstance(one, Object) or isinstance(other, Object):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, Scalar) and isinstance(other, Scalar) and same_scalar(one, other)


@function("JSON_EQUALS", args=2, kind="bool", flavors=("mariadb",))
def json_equals(one: Any, other: Any) -> bool | None:
    """Tell whether two documents are equal."""
    a, b = document(one, "json_equals", 1), document(other, "json_equals", 2)
    return None if a is None or b is None else same(a, b)


@function("JSON_OVERLAPS", args=2, kind="bool")
def json_overlaps(one: Any, other: Any) -> bool:
    """Tell whether two documents have a member or an element in common."""
    a, b = document(one, "json_overlaps", 1), document(other, "json_overlaps", 2)
    return False if a is None or b is None else _overlap(a, b)


def _overlap(one: Any, other: Any) -> bool:
    if isinstance(one, Object) and isinstance(other, Object):
        return any(
            (place := other.find(unescape(key))) >= 0 and same(value, other[place][1])
            for key, value in one
        )
    first = _elements(one)
    second = _elements(other)
    return any(same(a, b) for a in first for b in second)


def _elements(node: Any) -> list[Any]:
    return node if isinstance(node, list) and not isinstance(node, Object) else [node]


@function("JSON_CONTAINS_PATH", args=(3, None), kind="bool")
def json_contains_path(value: Any, how: Any, *paths: Any) -> bool | None:
    """Tell whether one path, or all of them, lead to something."""
    from freshdb.emulation.functions.json_values import one_or_all

    node = document(value, "json_contains_path", 1)
    every = one_or_all(how, "json_contains_path")
    steps = [path_of(path, "json_contains_path", place) for place, path in enumerate(paths, 3)]
    if node is None or every is None or None in steps:
        return None
    found = (any(True for _ in select(node, path)) for path in steps if path is not None)
    return all(found) if every else any(found)


@function(
    "JSON_SEARCH", args=(3, None), kind="json", strict=False, context=True, deterministic=True
)
def json_search(
    context: Context, value: Any, how: Any, pattern: Any, escape: Any = None, *paths: Any
) -> Json | None:
    """Return the paths to the strings that are LIKE a pattern."""
    from freshdb.emulation.functions.json_values import one_or_all
    from freshdb.emulation.functions.matching import like

    if None in (value, how, pattern) or None in paths:
        return None
    node = sound_document(value, "json_search", 1)
    every = one_or_all(how, "json_search")
    steps = [path_of(path, "json_search", place) for place, path in enumerate(paths, 5)]
    if node is None or every is None or None in steps:
        return None
    allowed = _allowed(node, steps)
    collation = "bin" if context.is_mysql8 else None
    found: list[Any] = []
    for place, each in walk(node):
        if not _is_searched(context, each) or (paths and id(each) not in allowed):
            continue
        shown = unescape(each.raw[1:-1]) if each.is_string else each.raw
        if like(context, shown, characters(pattern), escape or "\\", collation):
            found.append(Scalar(quoted(place)))
            if not every:
                break
    if not found:
        return None
    return Json(write(found[0] if len(found) == 1 else found))


def _is_searched(context: Context, node: Any) -> bool:
    """MySQL 8 searches strings; MariaDB other scalars too."""
    return isinstance(node, Scalar) and (node.is_string or not context.is_mysql8)


def _allowed(node: Any, steps: list[Any]) -> set[int]:
    """Return the identities of the values below any of the paths."""
    return {id(below) for path in steps for top in select(node, path) for _, below in walk(top)}


# --- text of whole documents --------------------------------------------------------------------


@function("JSON_COMPACT", args=1, kind="json", flavors=("mariadb",))
def json_compact(value: Any) -> Json | None:
    """Return a document without spaces."""
    node = document(value, "json_compact", 1)
    return None if node is None else Json(write(node, comma=",", colon=":"))


@function("JSON_LOOSE", args=1, kind="json", flavors=("mariadb",))
def json_loose(value: Any) -> Json | None:
    """Return a document with a space after each comma and colon."""
    node = document(value, "json_loose", 1)
    return None if node is None else Json(write(node))


@function("JSON_PRETTY", "JSON_DETAILED", args=(1, 2), kind="json")
def json_pretty(value: Any, indent: Any = 4) -> Json | None:
    """Return a document over several lines."""
    node = document(value, "json_detailed", 1)
    if node is None:
        return None
    if active.context.is_mysql8:
        return Json(_pretty_mysql8(node, 0))
    return Json(_pretty(node, max(0, min(16, to_int(indent))), 0))


def _pretty(node: Any, width: int, depth: int) -> str:
    """Lay a document out as MariaDB does: a container begins on a line of its own."""
    if isinstance(node, Scalar):
        return node.raw
    outer, inner = " " * (width * depth), " " * (width * (depth + 1))
    if isinstance(node, Object):
        if not node:
            return "{\n" + outer + "}"
        parts = [f'"{key}": {_below(value, width, depth + 1)}' for key, value in node]
        signs = "{}"
    else:
        if not node:
            return "[]"
        parts = [_pretty(each, width, depth + 1) for each in node]
        signs = "[]"
    body = f",\n{inner}".join(parts)
    return f"{signs[0]}\n{inner}{body}\n{outer}{signs[1]}"


def _below(node: Any, width: int, depth: int) -> str:
    shown = _pretty(node, width, depth)
    return shown if isinstance(node, Scalar) else f"\n{' ' * (width * depth)}{shown}"


def _pretty_mysql8(node: Any, depth: int) -> str:
    if isinstance(node, Scalar) or not node:
        return write(node)
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(node, Object):
        parts = [f'"{key}": {_pretty_mysql8(each, depth + 1)}' for key, each in node]
        return "{\n" + inner + f",\n{inner}".join(parts) + f"\n{outer}}}"
    parts = [_pretty_mysql8(each, depth + 1) for each in node]
    return "[\n" + inner + f",\n{inner}".join(parts) + f"\n{outer}]"


@function("JSON_NORMALIZE", args=1, kind="json", flavors=("mariadb",))
def json_normalize(value: Any) -> Json | None:
    """Return a document with sorted keys and all numbers in one notation."""
    node = document(value, "json_normalize", 1)
    return None if node is None else Json(write(_sorted(node), comma=",", colon=":"))


def _sorted(node: Any) -> Any:
    if isinstance(node, Object):
        return Object(sorted(((key, _sorted(each)) for key, each in node), key=lambda m: m[0]))
    if isinstance(node, list):
        return [_sorted(each) for each in node]
    return Scalar(_canonical(node.raw)) if node.is_number else node


def _canonical(raw: str) -> str:
    """Return a number as `1.5E2`: one digit before the point, one or more after it."""
    sign, digits, exponent = Decimal(raw).as_tuple()
    assert isinstance(exponent, int)
    shown = "".join(map(str, digits)).lstrip("0")
    if not shown:
        return "0.0E0"
    power = exponent + len(shown) - 1
    rest = shown[1:].rstrip("0") or "0"
    return f"{'-' if sign else ''}{shown[0]}.{rest}E{power}"


def nested(value: Any) -> Any:
    """Return an argument as the document that it becomes inside another one."""
    return to_node(value)
