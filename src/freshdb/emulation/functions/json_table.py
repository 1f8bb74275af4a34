"""JSON_TABLE: the rows of a document, as one JSON array each for SQLite's `json_each`."""

from __future__ import annotations

import json
import re
from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import casts
from freshdb.emulation.functions.coercions import characters, decimal_of_text, rescale
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.json_documents import Scalar, write
from freshdb.emulation.functions.json_paths import parse_path, select
from freshdb.emulation.functions.json_reading import scalar_text
from freshdb.emulation.functions.json_values import document
from freshdb.emulation.functions.spec import operator
from freshdb.emulation.types import INTEGER_BITS
from freshdb.emulation.values import Json, encode

Column = dict[str, Any]
Row = dict[str, Any]


@operator("JSON_TABLE", args=3, kind="text", strict=False)
def json_table(value: Any, path: Any, columns: Any) -> str:
    """Return the rows as a JSON array of arrays, each value as SQLite is to have it."""
    if value is None:
        return "[]"
    node = document(value, "json_table", 1)
    if node is None:
        raise MySQLError(
            4038, "HY000", "Syntax error in JSON text in argument 1 to function 'JSON_TABLE'"
        )
    specs: list[Column] = json.loads(columns)
    names = list(_names(specs))
    rows = _rows(list(select(node, parse_path(characters(path)))), specs)
    return json.dumps([[row.get(name) for name in names] for row in rows], ensure_ascii=False)


def _names(specs: list[Column]) -> Any:
    for spec in specs:
        if spec["kind"] == "nested":
            yield from _names(spec["columns"])
        else:
            yield spec["name"]


def _rows(nodes: list[Any], specs: list[Column]) -> list[Row]:
    """Return a row for each value, or several where nested paths lead to several."""
    rows: list[Row] = []
    nests = [spec for spec in specs if spec["kind"] == "nested"]
    for number, node in enumerate(nodes, 1):
        base = {
            spec["name"]: _cell(node, spec, number) for spec in specs if spec["kind"] != "nested"
        }
        inner = [
            row
            for nest in nests
            for row in _rows(list(select(node, parse_path(nest["path"]))), nest["columns"])
        ]  # fmt: skip
        rows += [{**base, **row} for row in inner] if inner else [base]
    return rows


def _cell(node: Any, spec: Column, number: int) -> Any:
    if spec["kind"] == "ordinality":
        return number
    found = list(select(node, parse_path(spec["path"])))
    if spec["kind"] == "exists":
        return int(bool(found))
    if not found:
        return _instead(
            spec, spec.get("empty"), 4174, "Field '{}' can't be set for JSON_TABLE 'empty'"
        )
    is_json = spec["type"].lower().startswith("json")
    if len(found) > 1 or (not isinstance(found[0], Scalar) and not is_json):
        text = "Can't store multiple matches of the path in the column '{}' of JSON_TABLE."
        return _instead(spec, spec.get("error"), 4178, text)
    if is_json:
        return encode(Json(write(found[0])))
    if found[0].raw == "null":
        return None
    is_text = _TEXTS.match(spec["type"]) is not None
    text = found[0].raw if is_text and found[0].raw in ("true", "false") else scalar_text(found[0])
    return _typed(text, spec)


_TEXTS = re.compile(r"(var)?char|(tiny|medium|long)?text", re.IGNORECASE)
_ZEROES = {"date": "0000-00-00", "datetime": "0000-00-00 00:00:00"}


def _instead(spec: Column, action: Any, code: int, text: str) -> Any:
    if action == "error":
        raise MySQLError(code, "HY000", text.format(spec["name"]))
    if isinstance(action, list):
        return _typed(action[1], spec)
    return None


def _typed(text: str, spec: Column) -> Any:
    """Return a text as the type of its column."""
    match = re.match(r"(\w+)\s*(?:\((\d+)(?:\s*,\s*(\d+))?\))?", spec["type"].lower())
    assert match is not None
    name, size, scale = match.groups()
    if name.endswith("int") or name == "integer":
        bits = INTEGER_BITS.get(name, 32)
        whole = int(rescale(decimal_of_text(text), 0))
        return max(-(1 << bits - 1), min(whole, (1 << bits - 1) - 1))
    if name in ("decimal", "numeric", "dec"):
        return encode(casts.cast_decimal(text, int(size or 10), int(scale or 0)))
    if name in ("double", "float", "real"):
        return encode(casts.cast_double(text))
    if name in ("date", "datetime", "timestamp", "time"):
        convert: Any = {"date": casts.cast_date, "time": casts.cast_time}.get(
            name, casts.cast_datetime
        )
        value = convert(text)
        if value is None and name in _ZEROES and not active.context.is_mysql8:
            return _ZEROES[name]
        return encode(value)
    return text[: int(size)] if size else text
