"""Endurance: whether a test's cost, or what the process holds, grows with the number of tests."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.environments import python_of
from bench.numbers import first_tenth, last_tenth
from bench.runs import Run, measure

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.subjects import Subject

SIZES = {"freshdb-sync": (1, 10, 100, 1_000, 10_000), "freshdb-async": (1_000,)}
REPEATED_UP_TO = 1_000


@dataclass(frozen=True)
class Endured:
    """Runs of one length, without isolation and with it."""

    subject: Subject
    tests: int
    without: tuple[Run, ...]
    with_it: tuple[Run, ...]


@dataclass(frozen=True)
class Ends:
    """The time of a test in ms, in the first and in the last tenth of a run."""

    first: float
    last: float

    def __sub__(self, other: Ends) -> Ends:
        return Ends(self.first - other.first, self.last - other.last)


def ends_of(runs: tuple[Run, ...]) -> Ends:
    """Return the medians over runs of one length."""
    return Ends(
        statistics.median(first_tenth(run.durations_ms) for run in runs),
        statistics.median(last_tenth(run.durations_ms) for run in runs),
    )


def endure(
    subjects: tuple[Subject, ...],
    most: int,
    rounds: int,
    workshop: Path,
    tell: Callable[[str], None],
) -> list[Endured]:
    """Measure runs of growing length, of at most `most` tests; the longest only once."""
    return [
        _endure(subject, tests, rounds if tests <= REPEATED_UP_TO else 1, workshop, tell)
        for subject in subjects
        for tests in SIZES.get(subject.name, ())
        if tests <= most
    ]


def _endure(
    subject: Subject, tests: int, rounds: int, workshop: Path, tell: Callable[[str], None]
) -> Endured:
    python = python_of(subject.environment)
    without: list[Run] = []
    with_it: list[Run] = []
    for number in range(rounds):
        tell(f"{subject.name}, {tests:,} tests, pair {number + 1} of {rounds}")
        without.append(measure(python, subject.without, tests, workshop))
        with_it.append(measure(python, subject.with_it, tests, workshop))
    return Endured(subject, tests, tuple(without), tuple(with_it))
