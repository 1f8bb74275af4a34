"""Aggregates of the types that SQLite's own cannot add up or order."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import add
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.arithmetic import calc_numeric, in_range
from freshdb.emulation.postgres.functions.comparing import compare
from freshdb.emulation.postgres.functions.spans import interval_over
from freshdb.emulation.postgres.values import numeric, numeric_text


class Sum:
    """SUM and AVG of one type: `kind` decides about the type of the result."""

    is_average = False

    def __init__(self) -> None:
        self.kind, self.total = "", Decimal(0)
        self.values: list[Any] = []

    def step(self, kind: str, value: Any) -> None:
        """Take a value in."""
        if value is None:
            return
        self.kind = kind
        self.values.append(value)
        if kind not in ("float8", "interval"):
            self.total = v.EXACT.add(self.total, numeric(value))

    def inverse(self, kind: str, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is None:
            return
        self.values.remove(value)
        if kind not in ("float8", "interval"):
            self.total = v.EXACT.subtract(self.total, numeric(value))

    def value(self) -> Any:
        """Return the sum, or the mean."""
        count = len(self.values)
        if not count:
            return None
        if self.kind == "interval":
            return self._of_intervals()
        if self.kind == "float8":
            total = reduce(add, map(float, self.values))
            return total / count if self.is_average else total
        if self.is_average:
            return calc_numeric("/", self.total, Decimal(count))
        if self.kind in ("int2", "int4"):
            return in_range(int(self.total), "int8")
        return numeric_text(self.total)

    def _of_intervals(self) -> str:
        months, days, micros = map(sum, zip(*map(intervals.parts, self.values), strict=True))
        text = intervals.stored(months, days, micros)
        return interval_over(text, float(len(self.values))) if self.is_average else text

    finalize = value


class Mean(Sum):
    """AVG."""

    is_average = True


class Extreme:
    """MAX of a type that SQLite orders differently."""

    sign = 1

    def __init__(self) -> None:
        self.kind = ""
        self.values: list[Any] = []

    def step(self, kind: str, value: Any) -> None:
        """Take a value in."""
        self.kind = kind
        if value is not None:
            self.values.append(value)

    def inverse(self, kind: str, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is not None:
            self.values.remove(value)

    def value(self) -> Any:
        """Return the largest, or the least; of equal ones the first."""
        best = None
        for one in self.values:
            if best is None or compare(self.kind, one, best) * self.sign > 0:
                best = one
        return best

    finalize = value


class Least(Extreme):
    """MIN of such a type."""

    sign = -1
