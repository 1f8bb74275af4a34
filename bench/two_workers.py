"""What isolation costs a test on Postgres with one worker of pytest-xdist, and with two."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.processors import children_s, postgres_s
from bench.report import Table
from bench.runs import measure_workers
from bench.subjects import POSTGRES_SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.subjects import Subject, Variant

NAMES = ("pg-sync", "pg-loop")
FEW = 100
READING = (
    "The same tests, {tests} for each worker, with one worker of pytest-xdist and with two, on one "
    "server; medians of {rounds} rounds, in turn, with the lowest and highest cost of a single "
    "round. Two workers and the server's processes for them share the machine's processors, so "
    "`without` grows too. `CPU` is what freshdb adds to the time that processors work for a test, "
    "in pytest and in the server together, of two runs of different length: a busy machine changes "
    "that the least."
)


@dataclass
class _Run:
    """Of some tests by some workers: the median of a test by the clock, and its processors."""

    clock_ms: float
    cpu_ms: float


@dataclass
class _Times:
    """Of one subject with so many workers: the rounds."""

    subject: Subject
    workers: int
    without: list[_Run] = field(default_factory=list)
    with_it: list[_Run] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        pairs = list(zip(self.without, self.with_it, strict=True))
        costs = [with_it.clock_ms - without.clock_ms for without, with_it in pairs]
        cpu = statistics.median(with_it.cpu_ms - without.cpu_ms for without, with_it in pairs)
        return (
            f"{self.subject.label}, {self.workers} worker{'s' if self.workers > 1 else ''}",
            f"{statistics.median(run.clock_ms for run in self.without):.2f}",
            f"{statistics.median(run.clock_ms for run in self.with_it):.2f}",
            f"{statistics.median(costs):.3f}",
            f"{min(costs):.2f} to {max(costs):.2f}",
            f"{cpu:.2f}",
        )


def workers_table(share: float, rounds: int, workshop: Path, tell: Callable[[str], None]) -> Table:
    """Measure what `READING` describes, with a `share` of the tests."""
    subjects = [one for one in POSTGRES_SUBJECTS if one.name in NAMES]
    times = [_Times(one, workers) for one in subjects for workers in (1, 2)]
    tests = FEW + int(1_000 * share)
    for number in range(rounds):
        tell(f"workers on Postgres, round {number + 1} of {rounds}")
        for one in times:
            one.without.append(_run(one.subject.without, tests, one.workers, workshop))
            one.with_it.append(_run(one.subject.with_it, tests, one.workers, workshop))
    header = ("ms per test", "without", "with", "cost", "rounds", "CPU")
    text = READING.format(tests=tests, rounds=rounds)
    return Table("Postgres: one worker and two", text, header, tuple(one.row() for one in times))


def _run(variant: Variant, tests: int, workers: int, workshop: Path) -> _Run:
    seconds = []
    for number in (FEW * workers, tests * workers):
        before = children_s() + postgres_s()
        took_ms = measure_workers(variant, number, workers, workshop)
        seconds.append(children_s() + postgres_s() - before)
    cpu_ms = 1000 * (seconds[1] - seconds[0]) / (tests - FEW) / workers
    return _Run(statistics.median(took_ms), cpu_ms)
