"""Whether one JSON document holds, equals or overlaps another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.json_documents import Object, Scalar, unescape
from freshdb.emulation.functions.json_paths import path_of, select
from freshdb.emulation.functions.json_values import beginning, document
from freshdb.emulation.functions.spec import function
from freshdb.errors import EmulationError


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
    if a is not None and b is not None:
        return _overlap(a, b)
    if not any(_is_hopeless(value) for value in (one, other)):
        # The server goes by what the two begin with.
        raise EmulationError("JSON_OVERLAPS of what is no JSON is not supported", hint="repair it")
    return False


def _is_hopeless(value: Any) -> bool:
    """Tell whether not even the beginning of a document can be read from a value."""
    shown = characters(value).lstrip()
    return beginning(value) is None or (shown[:1] == "{" and shown[1:].lstrip()[:1] not in '"}')


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
