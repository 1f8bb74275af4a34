"""Where a text stands in another one, or in a list, and what stands at a place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from freshdb.emulation.collations import fold_for, general_ci
from freshdb.emulation.functions.coercions import (
    characters,
    number,
    octets,
    same_kind,
    text,
    to_int,
)
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import function


@function("LOCATE", "POSITION", args=(2, 3), kind="int", context=True, deterministic=True)
def locate(context: Context, part: Any, value: Any, *positions: Any) -> int:
    """Return where a part begins, from 1; 0 when it is not there."""
    mark, found = same_kind(part, value)
    if not mark and not positions:
        return 1
    start = to_int(positions[0]) if positions else 1
    # Where it begins to look, MariaDB has counted bytes.
    longest = len(found) + 1 if context.is_mysql8 else len(octets(found))
    if start < 1 or start > longest:
        return 0
    if isinstance(found, bytes):
        return int(found.find(mark, start - 1)) + 1
    return _find(general_ci(mark), general_ci(found), mark, found, start - 1) + 1


def _find(folded: str, within: str, mark: str, found: str, start: int) -> int:
    """Return where a part begins; letters match only if they have equally many bytes."""
    size = len(mark.encode("utf-8", "surrogatepass"))
    while (place := within.find(folded, start)) >= 0:
        part = found[place : place + len(mark)]
        if len(part.encode("utf-8", "surrogatepass")) == size:
            return place
        start = place + 1
    return -1


@function("INSTR", args=2, kind="int", context=True, deterministic=True)
def instr(context: Context, value: Any, part: Any) -> int:
    """Return where a part begins, from 1; 0 when it is not there."""
    return locate(context, part, value)


@function("FIND_IN_SET", args=2, kind="int", context=True, deterministic=True)
def find_in_set(context: Context, value: Any, choices: Any) -> int:
    """Return the place of a text in a list with commas, 0 when it is not there."""
    exact = isinstance(text(value), bytes) or isinstance(text(choices), bytes)
    mark, found = characters(value), characters(choices)
    if not found or "," in mark:
        return 0
    fold = str if exact else fold_for(context.flavor, None)
    wanted = fold(mark)
    return next((i for i, each in enumerate(found.split(","), 1) if fold(each) == wanted), 0)


@function("FIELD", args=(2, None), kind="int", strict=False, context=True, deterministic=True)
def field(context: Context, value: Any, *choices: Any) -> int:
    """Return the place of the first argument among the others, 0 when it is not there."""
    from freshdb.emulation.functions.comparison import compare

    if value is None:
        return 0
    every = [value, *[each for each in choices if each is not None]]
    if not any(isinstance(each, (int, float, Decimal)) for each in every):
        same = _as_text
    elif all(isinstance(each, int) for each in every):
        same = number
    else:
        same = _as_float
    for place, each in enumerate(choices, 1):
        if each is None:
            continue
        if compare(context, same(value), same(each)) == 0:
            return place
    return 0


def _as_text(value: Any) -> Any:
    return value if isinstance(value, bytes) else characters(value)


def _as_float(value: Any) -> float:
    return float(number(value))


@function("ELT", args=(2, None), kind="text", strict=False)
def elt(index: Any, *choices: Any) -> Any:
    """Return the n-th of the arguments after it, NULL where there is none."""
    if index is None:
        return None
    place = to_int(index)
    if not 1 <= place <= len(choices) or choices[place - 1] is None:
        return None
    return text(choices[place - 1])
