"""The rows of two tables compared in one pass over both, in the order of their key.

Neither is ever held in memory. Where the two streams agree, whole slices are compared at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from freshdb.branches.products import Row

# So many rows must agree one by one before slices are compared: where everything differs,
# cutting slices would only cost.
_CALM = 16

Pair = tuple[Row | None, Row | None]


class _Stream:
    """Rows in lists, read as one sequence."""

    __slots__ = ("_batches", "at", "rows")

    def __init__(self, batches: Iterator[list[Row]]) -> None:
        self._batches = batches
        self.rows: list[Row] = []
        self.at = 0

    def refill(self) -> bool:
        """Have a row at `at`, and tell whether there is one."""
        while self.at >= len(self.rows):
            rows = next(self._batches, None)
            if rows is None:
                return False
            self.rows, self.at = rows, 0
        return True


def differing(
    before: Iterator[list[Row]],
    after: Iterator[list[Row]],
    *,
    key_size: int,
    is_unique: bool,
    is_keyed: bool,
    order: Callable[[Row], Any],
) -> Iterator[Pair]:
    """Yield the rows that differ, as pairs of before and after.

    Args:
        before: rows of the one table, in the order of their first `key_size` values.
        after: those of the other.
        key_size: how many values the key has.
        is_unique: whether keys are.
        is_keyed: whether a row has more than its key, and so can change.
        order: what a key sorts by, as the databases sort it.
    """
    a, b = _Stream(before), _Stream(after)
    calm = _CALM
    while a.refill() and b.refill():
        if calm >= _CALM:
            size = min(len(a.rows) - a.at, len(b.rows) - b.at)
            if a.rows[a.at : a.at + size] == b.rows[b.at : b.at + size]:
                a.at += size
                b.at += size
                continue
            calm = 0
            for _ in range(_equal_rows(a, b, size)):
                a.at += 1
                b.at += 1
            continue
        row, other = a.rows[a.at], b.rows[b.at]
        if row == other:
            a.at += 1
            b.at += 1
            calm += 1
            continue
        calm = 0
        mine, theirs = order(row[:key_size]), order(other[:key_size])
        if mine < theirs:
            a.at += 1
            yield row, None
        elif theirs < mine:
            b.at += 1
            yield None, other
        elif is_unique:
            a.at += 1
            b.at += 1
            yield row, other
        else:
            yield from _group(a, b, key_size, order, is_keyed=is_keyed)
    while a.refill():
        yield from ((row, None) for row in a.rows[a.at :])
        a.at = len(a.rows)
    while b.refill():
        yield from ((None, row) for row in b.rows[b.at :])
        b.at = len(b.rows)


def _equal_rows(a: _Stream, b: _Stream, size: int) -> int:
    """Return how many of the next rows are equal, by halving: slices compare faster than rows."""
    low, high = 0, size
    # The first `low` are equal; the first `high` are not.
    while high - low > 1:
        middle = (low + high) // 2
        if a.rows[a.at + low : a.at + middle] == b.rows[b.at + low : b.at + middle]:
            low = middle
        else:
            high = middle
    return low


def _group(
    a: _Stream, b: _Stream, key_size: int, order: Callable[[Row], Any], *, is_keyed: bool
) -> Iterator[Pair]:
    """Compare all rows of the next key as two heaps: the order inside of them means nothing."""
    key = a.rows[a.at][:key_size]
    heap = Counter(_rows_of_key(a, key_size, order, order(key)))
    other = Counter(_rows_of_key(b, key_size, order, order(key)))
    gone, new = list((heap - other).elements()), list((other - heap).elements())
    # One row here and one there are the same row, unless it is a NULL that makes the keys alike.
    if is_keyed and heap.total() == other.total() == len(gone) == 1 and None not in key:
        yield gone[0], new[0]
        return
    yield from ((row, None) for row in gone)
    yield from ((None, row) for row in new)


def _rows_of_key(
    stream: _Stream, key_size: int, order: Callable[[Row], Any], key: Any
) -> Iterator[Row]:
    while stream.refill() and order(stream.rows[stream.at][:key_size]) == key:
        stream.at += 1
        yield stream.rows[stream.at - 1]
