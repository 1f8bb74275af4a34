"""Statistics over the times of tests; pure."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


@dataclass(frozen=True)
class Cost:
    """What isolation adds to a test, from pairs of runs without it and with it."""

    without_ms: float
    with_ms: float
    p95_ms: float
    lowest_ms: float
    highest_ms: float

    @property
    def median_ms(self) -> float:
        """The difference of the medians over all tests of all runs."""
        return self.with_ms - self.without_ms

    @property
    def ratio(self) -> float:
        return self.with_ms / self.without_ms


def cost_of(without: Sequence[Sequence[float]], with_it: Sequence[Sequence[float]]) -> Cost:
    """Compare runs, given as the times of their tests in ms; run n of each is a pair."""
    pairs = [
        statistics.median(b) - statistics.median(a) for a, b in zip(without, with_it, strict=True)
    ]
    all_without = [duration for run in without for duration in run]
    all_with = [duration for run in with_it for duration in run]
    baseline = statistics.median(all_without)
    return Cost(
        without_ms=baseline,
        with_ms=statistics.median(all_with),
        p95_ms=quantile(all_with, 0.95) - baseline,
        lowest_ms=min(pairs),
        highest_ms=max(pairs),
    )


def first_tenth(durations: Sequence[float]) -> float:
    """Return the median of the first tenth of a run, of its first test if it has few."""
    return statistics.median(durations[: max(1, len(durations) // 10)])


def last_tenth(durations: Sequence[float]) -> float:
    """Return the median of the last tenth of a run, of its last test if it has few."""
    return statistics.median(durations[-max(1, len(durations) // 10) :])
