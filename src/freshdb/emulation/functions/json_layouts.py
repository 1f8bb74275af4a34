"""The text of whole JSON documents: compact, loose, pretty, normalised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import to_int
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.json_documents import Object, Scalar, write
from freshdb.emulation.functions.json_values import document
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import Json


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
