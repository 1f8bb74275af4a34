"""SUM, AVG, MIN, MAX, COUNT(DISTINCT), deviations, bits: as aggregates and with OVER."""

from __future__ import annotations

import math
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

from freshdb.emulation.collations import fold_for
from freshdb.emulation.functions.arithmetic import EXTRA_SCALE
from freshdb.emulation.functions.coercions import (
    DECIMAL_SCALE,
    LARGEST_UINT,
    characters,
    int_of_text,
    number,
    rescale,
    scale_of,
    to_decimal,
    to_float,
    to_int,
    unsigned,
)
from freshdb.emulation.functions.comparison import compare
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.spec import aggregate
from freshdb.emulation.values import EXACT, DateTime, Json, Time, UInt


class _Counted:
    """Takes values in and out alike, but for the sign; NULL is none of them."""

    def step(self, value: Any) -> None:
        """Take a value in."""
        if value is not None:
            self.take(value, 1)

    def inverse(self, value: Any) -> None:
        """Take a value out that has left the window."""
        if value is not None:
            self.take(value, -1)

    def take(self, value: Any, sign: int) -> None:
        """Count a value once more, or once less."""
        raise NotImplementedError


class _Total(_Counted):
    """Adds numbers up: exactly while they are exact, as doubles when one is."""

    def __init__(self) -> None:
        self.count = 0
        self.floats = 0
        self.exact = Decimal(0)
        self.parts: list[float] = []
        self.scale = 0

    def take(self, value: Any, sign: int) -> None:
        found = number(value)
        self.count += sign
        if found.__class__ is float:
            self.floats += sign
            self.parts.append(sign * found)
            return
        self.exact = EXACT.add(self.exact, to_decimal(found) * sign)
        self.scale = max(self.scale, scale_of(found))

    @property
    def sum(self) -> float | Decimal:
        """What the values add up to."""
        if self.floats:
            return float(self.exact) + sum(self.parts)
        return rescale(self.exact, self.scale)


@aggregate("SUM", args=1, kind="any")
class Sum(_Total):
    """SUM: exact numbers stay exact."""

    def value(self) -> Any:
        """Return the sum, NULL of nothing."""
        return self.sum if self.count else None


@aggregate("AVG", args=1, kind="any")
class Average(_Total):
    """AVG: a decimal with four digits more than its values, or a double."""

    def value(self) -> Any:
        """Return the average, NULL of nothing."""
        if not self.count:
            return None
        if self.floats:
            return float(self.sum) / self.count
        scale = min(self.scale + EXTRA_SCALE, DECIMAL_SCALE)
        return rescale(EXACT.divide(self.exact, Decimal(self.count)), scale)


class _Extreme:
    """Keeps all values, so that the window may move on."""

    sign = 1

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.best: Any = None
        self.collation: str | None = None

    def step(self, value: Any, collation: str | None = None) -> None:
        """Take a value in."""
        if value is None:
            return
        self.collation = collation
        self.values.append(value)
        if self.best is None or self._is_better(value, self.best):
            self.best = value

    def inverse(self, value: Any, _: str | None = None) -> None:
        """Take a value out that has left the window."""
        if value is None:
            return
        self.values.remove(value)
        self.best = None
        for each in self.values:
            if self.best is None or self._is_better(each, self.best):
                self.best = each

    def _is_better(self, one: Any, other: Any) -> bool:
        return compare(active.context, one, other, self.collation) * self.sign > 0

    def value(self) -> Any:
        """Return the extreme, NULL of nothing."""
        return self.best


@aggregate("MAX", args=(1, 2), kind="any")
class Maximum(_Extreme):
    """MAX, by the collation and the type."""


@aggregate("MIN", args=(1, 2), kind="any")
class Minimum(_Extreme):
    """MIN, by the collation and the type."""

    sign = -1


def distinct_key(value: Any) -> Any:
    """Return what makes two values the same for DISTINCT."""
    if value.__class__ is str or value.__class__ is Json:
        return fold_for(active.context.flavor, None)(str(value))
    return str(value) if hasattr(value, "fsp") else value


@aggregate("COUNT_DISTINCT", args=(1, None), kind="int", operator=True)
class CountDistinct:
    """COUNT(DISTINCT a, b): rows with a NULL do not count."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[Any, ...]] = Counter()

    def step(self, *values: Any) -> None:
        """Take a row in."""
        if None not in values:
            self.seen[tuple(map(distinct_key, values))] += 1

    def inverse(self, *values: Any) -> None:
        """Take a row out that has left the window."""
        if None not in values:
            key = tuple(map(distinct_key, values))
            self.seen[key] -= 1
            if not self.seen[key]:
                del self.seen[key]

    def value(self) -> int:
        """Return how many there are."""
        return len(self.seen)


class _Spread(_Counted):
    """Sums of values and of their squares, as fractions: exact however large they are."""

    sample = False
    root = False

    def __init__(self) -> None:
        self.count = 0
        self.total = Fraction(0)
        self.squares = Fraction(0)

    def take(self, value: Any, sign: int) -> None:
        found = Fraction(to_float(value))
        self.count += sign
        self.total += sign * found
        self.squares += sign * found * found

    def value(self) -> float | None:
        """Return the variance or its root, NULL of too few values."""
        divisor = self.count - 1 if self.sample else self.count
        if divisor <= 0:
            return None
        variance = float((self.squares - self.total * self.total / self.count) / divisor)
        return math.sqrt(variance) if self.root else variance


@aggregate("VAR_POP", "VARIANCE", args=1, kind="double")
class Variance(_Spread):
    """The variance of all values."""


@aggregate("VAR_SAMP", args=1, kind="double")
class SampleVariance(_Spread):
    """The variance of a sample."""

    sample = True


@aggregate("STDDEV_POP", "STDDEV", "STD", args=1, kind="double")
class Deviation(_Spread):
    """The standard deviation of all values."""

    root = True


@aggregate("STDDEV_SAMP", args=1, kind="double")
class SampleDeviation(_Spread):
    """The standard deviation of a sample."""

    sample = True
    root = True


def _integer_bits(value: Any) -> int:
    """Return 64 bits of a value, as its integer has them: of a text the digits it begins with."""
    kind = value.__class__
    if kind is str or kind is bytes:
        return min(int_of_text(characters(value)), LARGEST_UINT) & LARGEST_UINT
    if kind is float or kind is Decimal:
        return to_int(value) & LARGEST_UINT
    if kind is DateTime or kind is Time:
        return int(value.number) & LARGEST_UINT
    return unsigned(value)


class _Bits(_Counted):
    """Counts, for each of 64 bits, the values that have it."""

    def __init__(self) -> None:
        self.rows = 0
        self.counts: Counter[int] = Counter()
        self.bits = 0

    def take(self, value: Any, sign: int) -> None:
        self.rows += sign
        found = _integer_bits(value)
        for place in range(64):
            if found >> place & 1:
                self.counts[place] += sign


@aggregate("BIT_AND", args=1, kind="uint")
class BitAnd(_Bits):
    """BIT_AND; of nothing all bits."""

    def value(self) -> UInt:
        """Return the bits that all values have."""
        if not self.rows:
            return UInt(LARGEST_UINT)
        return UInt(sum(1 << place for place in range(64) if self.counts[place] == self.rows))


@aggregate("BIT_OR", args=1, kind="uint")
class BitOr(_Bits):
    """BIT_OR; of nothing 0."""

    def value(self) -> UInt:
        """Return the bits that any value has."""
        return UInt(sum(1 << place for place in range(64) if self.counts[place] > 0))


@aggregate("BIT_XOR", args=1, kind="uint")
class BitXor(_Bits):
    """BIT_XOR; of nothing 0."""

    def value(self) -> UInt:
        """Return the bits that an odd number of values has."""
        return UInt(sum(1 << place for place in range(64) if self.counts[place] % 2))
