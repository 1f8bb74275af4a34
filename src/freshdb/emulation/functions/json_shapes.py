"""What a JSON document is like: its type, length, depth and keys."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.json_documents import Object, Scalar, write
from freshdb.emulation.functions.json_paths import path_of, select
from freshdb.emulation.functions.json_values import beginning, document, sound_document
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import Json


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


@function("JSON_KEYS", args=(1, 2), kind="text")
def json_keys(value: Any, path: Any = "$") -> str | None:
    """Return the keys of an object as an array."""
    node = sound_document(value, "json_keys", 1)
    steps = path_of(path, "json_keys", 2, plain=True)
    if node is None or steps is None:
        return None
    found = next(iter(select(node, steps)), None)
    if not isinstance(found, Object):
        return None
    keys = list(dict.fromkeys(key for key, _ in found))
    text = write([Scalar(f'"{key}"') for key in keys])
    return Json(text) if active.context.is_mysql8 else text  # to MariaDB it is a text like others
