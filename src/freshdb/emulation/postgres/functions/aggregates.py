"""Aggregates of the types that SQLite's own cannot add up or order."""

from __future__ import annotations

from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.arithmetic import calc_numeric
from freshdb.emulation.postgres.values import numeric, numeric_text


class Sum:
    """SUM and AVG of one type: `kind` decides about the type of the result."""

    is_average = False

    def __init__(self) -> None:
        self.kind, self.count, self.total, self.scale = "", 0, Decimal(0), 0
        self.floats: list[float] = []

    def step(self, kind: str, value: Any) -> None:
        """Take a value in."""
        if value is None:
            return
        self.kind = kind
        self.count += 1
        if kind == "float8":
            self.floats.append(float(value))
        else:
            self.total = v.EXACT.add(self.total, numeric(value))

    def inverse(self, kind: str, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is None:
            return
        self.count -= 1
        if kind == "float8":
            self.floats.remove(float(value))
        else:
            self.total = v.EXACT.subtract(self.total, numeric(value))

    def value(self) -> Any:
        """Return the sum, or the mean."""
        if not self.count:
            return None
        if self.kind == "float8":
            return sum(self.floats) / (self.count if self.is_average else 1)
        if self.is_average:
            return calc_numeric("/", self.total, Decimal(self.count))
        return int(self.total) if self.kind in ("int2", "int4") else numeric_text(self.total)

    finalize = value


class Mean(Sum):
    """AVG."""

    is_average = True


class Extreme:
    """MAX of a type that SQLite orders differently."""

    sign = 1

    def __init__(self) -> None:
        self.values: list[tuple[Decimal | int, Any]] = []

    def step(self, kind: str, value: Any) -> None:
        """Take a value in."""
        if value is not None:
            self.values.append(((numeric if kind == "numeric" else v.size)(value), value))

    def inverse(self, kind: str, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is not None:
            self.values.remove(((numeric if kind == "numeric" else v.size)(value), value))

    def value(self) -> Any:
        """Return the largest, or the least."""
        best = None
        for one in self.values:
            if best is None or (one[0] - best[0]) * self.sign > 0:
                best = one
        return best[1] if best else None

    finalize = value


class Least(Extreme):
    """MIN of such a type."""

    sign = -1


class Strings:
    """string_agg, with ORDER BY: the key comes as the last argument."""

    def __init__(self) -> None:
        self.rows: list[tuple[Any, str, str]] = []

    def step(self, value: str | None, separator: str | None, descends: int, key: Any) -> None:
        """Take a row in."""
        self.descends = descends
        if value is not None:
            self.rows.append((key, value, separator or ""))

    def finalize(self) -> str | None:
        """Return the texts as one."""
        if not self.rows:
            return None
        if self.descends >= 0:
            # NULL counts as the largest.
            self.rows.sort(key=cmp_to_key(_by_first), reverse=bool(self.descends))
        first, *rest = self.rows
        return first[1] + "".join(separator + value for _, value, separator in rest)


def _by_first(one: Any, other: Any) -> int:
    return _order(one[0], other[0])


def _order(one: Any, other: Any) -> int:
    if one is None or other is None:
        return (one is None) - (other is None)
    return int(one > other) - int(one < other)
