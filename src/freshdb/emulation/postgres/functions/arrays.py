"""Functions of arrays, which travel as JSON's lists of what their elements travel as."""

from __future__ import annotations

import json
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.comparing import compare, is_helped
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.quantifying import quantified
from freshdb.emulation.postgres.functions.shown import output
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError


@function("array", strict=False)
def array(*elements: Any) -> str:
    """Return `ARRAY[…]`."""
    return v.array_text(
        [one.decode("latin1") if isinstance(one, bytes) else one for one in elements]
    )


@function("array_at")
def array_at(value: str, place: int) -> Any:
    """Return `value[place]`."""
    found = json.loads(value)
    return found[place - 1] if 0 < place <= len(found) else None


@function("array_slice")
def array_slice(value: str, first: int, last: int) -> str:
    """Return `value[first:last]`."""
    return v.array_text(json.loads(value)[max(first, 1) - 1 : max(last, 0)])


@function("array_join", strict=False)
def array_join(one: str | None, other: str | None) -> str | None:
    """Return two arrays as one."""
    if one is None or other is None:
        return one if other is None else other
    return v.array_text(json.loads(one) + json.loads(other))


@function("array_append", strict=False)
def array_append(value: str | None, element: Any) -> str:
    """Return an array with one element more."""
    return v.array_text([*json.loads(value or "[]"), element])


@function("array_prepend", strict=False)
def array_prepend(element: Any, value: str | None) -> str:
    """Return an array with one element more before the others."""
    return v.array_text([element, *json.loads(value or "[]")])


@function("array_length")
def array_length(value: str, dimension: int) -> int | None:
    """Return how many elements there are; NULL where there is none."""
    return len(json.loads(value)) or None if dimension == 1 else None


@function("cardinality")
def cardinality(value: str) -> int:
    """Return how many elements there are."""
    return len(json.loads(value))


@function("array_lower")
def array_lower(value: str, dimension: int) -> int | None:
    """Return the number of the first element."""
    return 1 if dimension == 1 and json.loads(value) else None


def _same(kind: str, one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return compare(kind, one, other) == 0 if is_helped(kind) else bool(one == other)


@function("array_position", strict=False)
def array_position(kind: str, value: str | None, element: Any) -> int | None:
    """Return the place of an element."""
    found = json.loads(value) if value is not None else []
    return next((at for at, one in enumerate(found, 1) if _same(kind, one, element)), None)


@function("array_positions", strict=False)
def array_positions(kind: str, value: str | None, element: Any) -> str | None:
    """Return the places of an element."""
    if value is None:
        return None
    found = json.loads(value)
    return v.array_text([at for at, one in enumerate(found, 1) if _same(kind, one, element)])


@function("array_remove", strict=False)
def array_remove(kind: str, value: str | None, element: Any) -> str | None:
    """Return an array without an element."""
    if value is None:
        return None
    return v.array_text([one for one in json.loads(value) if not _same(kind, one, element)])


@function("array_replace", strict=False)
def array_replace(kind: str, value: str | None, old: Any, new: Any) -> str | None:
    """Return an array with another element for one."""
    if value is None:
        return None
    return v.array_text([new if _same(kind, one, old) else one for one in json.loads(value)])


@function("array_contains")
def array_contains(kind: str, one: str, other: str) -> int:
    """Return `one @> other`."""
    mine = json.loads(one)
    return int(
        all(
            theirs is not None and any(_same(kind, x, theirs) for x in mine)
            for theirs in json.loads(other)
        )
    )


@function("array_overlaps")
def array_overlaps(kind: str, one: str, other: str) -> int:
    """Return `one && other`."""
    mine = [x for x in json.loads(one) if x is not None]
    return int(any(_same(kind, x, y) for x in mine for y in json.loads(other)))


@function("array_to_string", strict=False)
def array_to_string(
    kind: str, value: str | None, separator: str | None, empty: str | None = None
) -> str | None:
    """Return the elements as one text; NULL is left out, or shown as `empty`."""
    if value is None or separator is None:
        return None
    texts = [empty if one is None else output(one, kind) for one in json.loads(value)]
    return separator.join(one for one in texts if one is not None)


@function("string_to_array", strict=False)
def string_to_array(value: str | None, separator: str | None, empty: str | None = None) -> Any:
    """Return the parts of a text; without a separator its characters."""
    if value is None:
        return None
    if not value:
        return "[]"
    parts = list(value) if separator is None else value.split(separator) if separator else [value]
    return v.array_text([None if empty is not None and one == empty else one for one in parts])


@function("array_fill", strict=False)
def array_fill(element: Any, sizes: str | None) -> str:
    """Return an array of one element, repeated."""
    found = json.loads(sizes or "null")
    if found is None:
        raise PostgresError("22004", "dimension array or low bound array cannot be null")
    if len(found) != 1:
        raise EmulationError("an array of arrays is not supported", hint="use jsonb")
    return v.array_text([element] * found[0])


@function("any", strict=False)
def any_(kind: str, sign: str, value: Any, elements: str | None) -> int | None:
    """Return `value sign ANY(elements)`."""
    return _quantified(kind, sign, value, elements, every=False)


@function("all", strict=False)
def all_(kind: str, sign: str, value: Any, elements: str | None) -> int | None:
    """Return `value sign ALL(elements)`."""
    return _quantified(kind, sign, value, elements, every=True)


_HOLDS = {
    "=": lambda order: order == 0, "<>": lambda order: order != 0, "<": lambda order: order < 0,
    "<=": lambda order: order <= 0, ">": lambda order: order > 0, ">=": lambda order: order >= 0,
}  # fmt: skip


def _quantified(
    kind: str, sign: str, value: Any, elements: str | None, *, every: bool
) -> int | None:
    def holds(one: Any) -> bool:
        order = compare(kind, value, one) if is_helped(kind) else (value > one) - (value < one)
        return bool(_HOLDS[sign](order))

    return quantified(holds, value, elements, every=every)
