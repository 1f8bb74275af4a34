"""JSON documents read: what stands at a path, and its text."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.json_documents import (
    JsonSyntaxError,
    Scalar,
    parse,
    quoted,
    unescape,
    write,
)
from freshdb.emulation.functions.json_paths import has_wildcard, path_of, select, walk
from freshdb.emulation.functions.json_values import document, sound_document
from freshdb.emulation.functions.spec import function, operator
from freshdb.emulation.values import Json


@operator("JSON_BOOL", args=1, kind="json")
def json_bool(value: Any) -> Json:
    """Return a truth value as JSON's `true` or `false`."""
    return Json("true" if value else "false")


@operator("JSON_SOURCE", args=1, kind="json")
def json_source(value: Any) -> Json | None:
    """Return a document as it is written, as a document, even if it is none."""
    return Json(characters(value))


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
