"""Comparisons of the types that SQLite itself cannot compare."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import numeric

_HELPED = ("numeric", "interval", "jsonb")


def is_helped(kind: str) -> bool:
    """Tell whether SQLite's own comparisons are not the server's for a type."""
    return kind in _HELPED or kind.endswith("[]")


@function("compare")
def compare(kind: str, one: Any, other: Any) -> int:
    """Return -1, 0 or 1 for two values of a type that SQLite itself cannot compare."""
    if kind.endswith("[]"):
        return _of_arrays(kind[:-2], json.loads(one), json.loads(other))
    if kind == "jsonb":
        return _of_json(v.parsed_json(one), v.parsed_json(other))
    key = numeric if kind == "numeric" else intervals.size
    return _order(key(one), key(other))


@function("chosen", strict=False)
def chosen(name: str, kind: str, *values: Any) -> Any:
    """Return the greatest or the least value; NULL counts for nothing."""
    best = None
    for one in values:
        if one is None:
            continue
        if best is None or compare(kind, one, best) * (1 if name == "greatest" else -1) > 0:
            best = one
    return best


def _order(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _of_arrays(kind: str, mine: list[Any], theirs: list[Any]) -> int:
    for one, other in zip(mine, theirs, strict=False):
        if one is None or other is None:
            found = int(one is None) - int(other is None)
        else:
            found = compare(kind, one, other) if is_helped(kind) else _order(one, other)
        if found:
            return found
    return _order(len(mine), len(theirs))


def _rank(node: Any) -> int:
    """Return the place of a kind of JSON: Object > Array > Boolean > Number > String > Null."""
    kinds = {dict: 5, list: 4, bool: 3, str: 1, type(None): 0}
    return kinds.get(type(node), 2)


def _of_json(one: Any, other: Any) -> int:
    if _rank(one) != _rank(other):
        # An empty array is less than everything, for the server's own reasons.
        if one == [] or other == []:
            return -1 if one == [] else 1
        return _order(_rank(one), _rank(other))
    if isinstance(one, list):
        if len(one) != len(other):
            return _order(len(one), len(other))
        return next(
            (found for pair in zip(one, other, strict=True) if (found := _of_json(*pair))), 0
        )
    if isinstance(one, dict):
        return _of_objects(one, other)
    if isinstance(one, (int, Decimal)) and not isinstance(one, bool):
        return _order(Decimal(one), Decimal(other))
    return _order(one, other) if one is not None else 0


def _of_objects(one: dict[str, Any], other: dict[str, Any]) -> int:
    if len(one) != len(other):
        return _order(len(one), len(other))
    pairs = [
        sorted(each.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))
        for each in (one, other)
    ]
    for (mine, a), (theirs, b) in zip(*pairs, strict=True):
        if mine != theirs:
            return _order(
                (len(mine.encode()), mine.encode()), (len(theirs.encode()), theirs.encode())
            )
        if found := _of_json(a, b):
            return found
    return 0
