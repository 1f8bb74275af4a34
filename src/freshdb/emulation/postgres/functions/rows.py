"""Functions that return rows: each gives them as one list."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.moments import add_interval
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric, numeric_text
from freshdb.errors import EmulationError

LONGEST = 2_000_000


@function("series")
def series(kind: str, start: Any, end: Any, step: Any) -> str:
    """Return `generate_series(start, end, step)`."""
    if kind in ("timestamp", "timestamptz"):
        return v.array_text(_moments(start, end, step))
    if kind == "numeric":
        first, last, by = map(numeric, (start, end, step))
        scale = max(-int(one.as_tuple().exponent) for one in (first, by))
        listed = _numbers(first, last, by)
        return v.array_text([numeric_text(v.rescaled(one, max(scale, 0))) for one in listed])
    return v.array_text(_numbers(start, end, step))


def _numbers(start: Any, end: Any, step: Any) -> list[Any]:
    if not step:
        raise PostgresError("22023", "step size cannot equal zero")
    _bounded((end - start) / (Decimal(step) if isinstance(start, Decimal) else step))
    found, at = [], start
    while at <= end if step > 0 else at >= end:
        found.append(at)
        at += step
    return found


def _moments(start: str, end: str, step: str) -> list[str]:
    size = intervals.size(step)
    if not size:
        raise PostgresError("22023", "step size cannot equal zero")
    span = (v.stamp(end) - v.stamp(start)) // dt.timedelta(microseconds=1)
    _bounded(span / size)
    found, at = [], v.stamp_text(v.stamp(start))
    last = v.stamp_text(v.stamp(end))
    while at <= last if size > 0 else at >= last:
        found.append(at)
        at = add_interval(at, step, 1)
    return found


def _bounded(count: Any) -> None:
    if count > LONGEST:
        raise EmulationError(f"a series of more than {LONGEST} rows", hint="make it shorter")


@function("json_rows")
def json_rows(what: str, kind: str, value: str) -> str:
    """Return the elements, pairs or keys of a document."""
    node = v.parsed_json(value) if kind == "jsonb" else v.verbatim_json(value)
    name = f"{kind}_{'object_keys' if what == 'keys' else 'each'}"
    if what.startswith("element"):
        if not isinstance(node, list):
            shape = "an object" if isinstance(node, dict) else "a scalar"
            raise PostgresError("22023", f"cannot extract elements from {shape}")
        as_text = what == "element texts"
        return v.array_text([_as_text(one) if as_text else v.json_text(kind, one) for one in node])
    if not isinstance(node, dict):
        shape = "an array" if isinstance(node, list) else "a scalar"
        raise PostgresError("22023", f"cannot call {name} on {shape}")
    keys = v.sorted_keys(node) if kind == "jsonb" else list(node)
    if what == "keys":
        return v.array_text(keys)
    as_text = what == "pair texts"
    return v.array_text(
        [[key, _as_text(node[key]) if as_text else v.json_text(kind, node[key])] for key in keys]
    )


def _as_text(node: Any) -> str | None:
    return node if node is None or isinstance(node, str) else v.jsonb_text(node)


@function("count", strict=False)
def count(word: str, number: int | None) -> int:
    """Return how many rows LIMIT or OFFSET mean."""
    if number is None:
        return -1 if word == "LIMIT" else 0
    if number < 0:
        state = "2201W" if word == "LIMIT" else "2201X"
        raise PostgresError(state, f"{word} must not be negative")
    return number
