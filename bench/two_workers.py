"""What isolation costs a test on Postgres with one worker of pytest-xdist, and with two."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.report import Table
from bench.runs import measure_workers
from bench.subjects import POSTGRES_SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bench.subjects import Subject

NAMES = ("pg-sync", "pg-loop")
READING = (
    "The same tests, {tests} for each worker, with one worker of pytest-xdist and with two, on one "
    "server; medians of {rounds} rounds, in turn, with the lowest and highest cost of a single "
    "round. Two workers and the server's processes for them share the machine's processors, so "
    "`without` grows too; the cost is what freshdb adds to it."
)


@dataclass
class _Times:
    """Of one subject with so many workers: the medians of the rounds."""

    subject: Subject
    workers: int
    without: list[float] = field(default_factory=list)
    with_it: list[float] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        without, with_it = statistics.median(self.without), statistics.median(self.with_it)
        costs = [b - a for a, b in zip(self.without, self.with_it, strict=True)]
        return (
            f"{self.subject.label}, {self.workers} worker{'s' if self.workers > 1 else ''}",
            f"{without:.2f}",
            f"{with_it:.2f}",
            f"{statistics.median(costs):.3f}",
            f"{min(costs):.2f} to {max(costs):.2f}",
        )


def workers_table(share: float, rounds: int, workshop: Path, tell: Callable[[str], None]) -> Table:
    """Measure what `READING` describes, with a `share` of the subjects' tests."""
    subjects = [one for one in POSTGRES_SUBJECTS if one.name in NAMES]
    times = [_Times(one, workers) for one in subjects for workers in (1, 2)]
    tests = int(subjects[0].tests * share)
    for number in range(rounds):
        tell(f"workers on Postgres, round {number + 1} of {rounds}")
        for one in times:
            for variant, into in (
                (one.subject.without, one.without),
                (one.subject.with_it, one.with_it),
            ):
                took = measure_workers(variant, tests * one.workers, one.workers, workshop)
                into.append(statistics.median(took))
    text = READING.format(tests=tests, rounds=rounds)
    header = ("ms per test", "without", "with", "cost", "rounds")
    return Table("Postgres: one worker and two", text, header, tuple(one.row() for one in times))
