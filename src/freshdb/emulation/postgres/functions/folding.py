"""The aggregate that keeps all rows: sorted and told apart, they are folded into one value."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key, lru_cache, reduce
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.aggregates import Mean, Sum
from freshdb.emulation.postgres.functions.arithmetic import calc_numeric
from freshdb.emulation.postgres.functions.comparing import compare, is_helped
from freshdb.emulation.postgres.functions.json_values import to_json
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.values import numeric, numeric_text

Rows = list[tuple[Any, ...]]


def order_of(kind: str, one: Any, other: Any) -> int:
    """Return -1, 0 or 1 for two values of a type, neither of them NULL."""
    return compare(kind, one, other) if is_helped(kind) else int(one > other) - int(one < other)


@lru_cache(maxsize=256)
def _comparer(spec: str) -> Callable[[Any, Any], int]:
    keys = [one.split("/") for one in spec.split(",")]

    def order(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
        for at, (kind, descends, first) in enumerate(keys, 2):
            a, b = one[at], other[at]
            if a is None or b is None:
                found = (int(a is None) - int(b is None)) * (-1 if first == "1" else 1)
            else:
                found = order_of(kind, a, b) * (-1 if descends == "1" else 1)
            if found:
                return found
        return 0

    return order


class Fold:
    """All rows of an aggregate, in the order in which they came."""

    def __init__(self) -> None:
        self.name, self.kind, self.distinct, self.spec = "", "", 0, ""
        self.rows: Rows = []

    def step(self, name: str, kind: str, distinct: int, spec: str, *row: Any) -> None:
        """Take a row in: value, second value, keys."""
        self.name, self.kind, self.distinct, self.spec = name, kind, distinct, spec
        self.rows.append(row)

    def inverse(self, *arguments: Any) -> None:
        """Take the first row out, which has left the window."""
        del self.rows[0]

    def value(self) -> Any:
        """Return what the rows come to."""
        rows = list(self.rows)
        if self.distinct:
            rows = self._told_apart(rows)
        if self.spec:
            rows.sort(key=cmp_to_key(_comparer(self.spec)))
        return _FOLDS[self.name](self.kind, rows) if rows else None

    finalize = value

    def _told_apart(self, rows: Rows) -> Rows:
        """Return each value once, sorted: the server sorts to tell them apart."""

        def order(one: Any, other: Any) -> int:
            return _with_nulls(self.kind, one[0], other[0])

        rows.sort(key=cmp_to_key(order))
        return [
            row
            for at, row in enumerate(rows)
            if not at or _with_nulls(self.kind, rows[at - 1][0], row[0])
        ]


def _with_nulls(kind: str, one: Any, other: Any) -> int:
    if one is None or other is None:
        return int(one is None) - int(other is None)
    return order_of(kind, one, other)


def _present(rows: Rows) -> list[Any]:
    return [row[0] for row in rows if row[0] is not None]


def _strings(kind: str, rows: Rows) -> str | None:
    found = [row for row in rows if row[0] is not None]
    if not found:
        return None
    return str(found[0][0]) + "".join((row[1] or "") + row[0] for row in found[1:])


def _json_object(kind: str, rows: Rows) -> str:
    listed = []
    for key, value, *_ in rows:
        if key is None:
            raise PostgresError("22004", "field name must not be null")
        listed.append(f"{v.quoted(key)} : {value}")
    return "{ " + ", ".join(listed) + " }"


def _as_jsonb(text: str) -> str:
    return v.jsonb_text(v.parsed_json(text))


def _summed(made: type[Sum]) -> Callable[[str, Rows], Any]:
    def fold(kind: str, rows: Rows) -> Any:
        total = made()
        for row in rows:
            total.step(kind, row[0])
        return total.value()

    return fold


def _spread(*, is_sample: bool, is_root: bool) -> Callable[[str, Rows], Any]:
    """Return variance or standard deviation, of a sample or of all."""

    def fold(kind: str, rows: Rows) -> Any:
        found = _present(rows)
        count = len(found)
        if count < 1 + is_sample:
            return None
        below = count - 1 if is_sample else count
        if kind == "float8":
            return _of_doubles(found, below, is_root=is_root)
        numbers = [numeric(one) for one in found]
        total = reduce(v.EXACT.add, numbers)
        squares = reduce(v.EXACT.add, (v.EXACT.multiply(one, one) for one in numbers))
        above = v.EXACT.subtract(
            v.EXACT.multiply(squares, Decimal(count)), v.EXACT.multiply(total, total)
        )
        if above <= 0:
            return "0"
        text = calc_numeric("/", above, Decimal(count * below))
        if not is_root:
            return text
        scale = len(text.partition(".")[2])
        return numeric_text(v.rescaled(v.EXACT.sqrt(Decimal(text)), scale))

    return fold


def _of_doubles(found: list[float], below: int, *, is_root: bool) -> float:
    """Return the spread of doubles, by the steps in which the server adds them up."""
    count, total, squares = 0.0, 0.0, 0.0
    for one in found:
        count += 1.0
        total += one
        if count > 1:
            part = one * count - total
            squares += part * part / (count * (count - 1.0))
    variance = squares / below
    return math.sqrt(variance) if is_root else variance


def _percentile_cont(kind: str, rows: Rows) -> Any:
    found, fraction = _present(rows), _fraction(rows)
    if not found or fraction is None:
        return None
    place = fraction * (len(found) - 1)
    low, high = math.floor(place), math.ceil(place)
    if kind == "interval":
        if low == high:
            return found[low]
        sizes = [intervals.parts(found[at]) for at in (low, high)]
        part = place - low
        mixed = [round(a + (b - a) * part) for a, b in zip(*sizes, strict=True)]
        return intervals.stored(*mixed)
    return found[low] + (found[high] - found[low]) * (place - low) if low != high else found[low]


def _fraction(rows: Rows) -> float | None:
    value = rows[0][1]
    if value is None:
        return None
    fraction = float(value)
    if not 0 <= fraction <= 1:
        raise PostgresError("22003", f"percentile value {value} is not between 0 and 1")
    return fraction


def _percentile_disc(kind: str, rows: Rows) -> Any:
    found, fraction = _present(rows), _fraction(rows)
    if not found or fraction is None:
        return None
    return found[max(math.ceil(fraction * len(found)) - 1, 0)]


def _mode(kind: str, rows: Rows) -> Any:
    best, best_count, current, count = None, 0, None, 0
    for one in _present(rows):
        count = count + 1 if current is not None and order_of(kind, current, one) == 0 else 1
        current = one if count == 1 else current
        if count > best_count:
            best, best_count = current, count
    return best


def _bits(combine: Callable[[int, int], int]) -> Callable[[str, Rows], Any]:
    return lambda kind, rows: reduce(combine, found) if (found := _present(rows)) else None


def _listed(kind: str, rows: Rows) -> str:
    return "[" + ", ".join(to_json(row[0], "json") for row in rows) + "]"


_FOLDS: dict[str, Callable[[str, Rows], Any]] = {
    "string_agg": _strings,
    "array_agg": lambda kind, rows: json.dumps([row[0] for row in rows], ensure_ascii=False),
    "json_agg": _listed,
    "jsonb_agg": lambda kind, rows: _as_jsonb(_listed(kind, rows)),
    "json_object_agg": _json_object,
    "jsonb_object_agg": lambda kind, rows: _as_jsonb(_json_object(kind, rows)),
    "sum": _summed(Sum),
    "avg": _summed(Mean),
    "stddev": _spread(is_sample=True, is_root=True),
    "stddev_samp": _spread(is_sample=True, is_root=True),
    "stddev_pop": _spread(is_sample=False, is_root=True),
    "variance": _spread(is_sample=True, is_root=False),
    "var_samp": _spread(is_sample=True, is_root=False),
    "var_pop": _spread(is_sample=False, is_root=False),
    "percentile_cont": _percentile_cont,
    "percentile_disc": _percentile_disc,
    "mode": _mode,
    "bit_and": _bits(lambda a, b: a & b),
    "bit_or": _bits(lambda a, b: a | b),
    "bit_xor": _bits(lambda a, b: a ^ b),
}
