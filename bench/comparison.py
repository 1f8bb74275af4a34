"""Measure the subjects: pairs of runs, without isolation and with it, in turn."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.environments import NotInstallableError, python_of
from bench.numbers import Cost, cost_of
from bench.runs import OwnCost, Run, measure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bench.subjects import Subject


@dataclass(frozen=True)
class Compared:
    """A subject and its cost, or why there is none."""

    subject: Subject
    cost: Cost | None
    own_cost: OwnCost | None = None
    problem: str = ""


@dataclass
class _Pairs:
    """The runs of a subject so far; run n without isolation and run n with it are a pair."""

    subject: Subject
    python: Path | None = None
    problem: str = ""
    without: list[Run] = field(default_factory=list)
    with_it: list[Run] = field(default_factory=list)

    def compared(self) -> Compared:
        if self.python is None:
            return Compared(self.subject, None, problem=self.problem)
        without = [run.durations_ms for run in self.without]
        with_it = [run.durations_ms for run in self.with_it]
        return Compared(self.subject, cost_of(without, with_it), _own_cost(self.with_it))


def compare(
    subjects: Sequence[Subject],
    share: float,
    rounds: int,
    workshop: Path,
    tell: Callable[[str], None],
) -> list[Compared]:
    """Measure each subject in `rounds` pairs of runs, which have a `share` of its tests.

    The subjects take turns too, so that a busy moment of the machine does not meet just one.
    """
    measured = [_prepared(subject) for subject in subjects]
    for number in range(rounds):
        for pairs in measured:
            if pairs.python is not None:
                subject, tests = pairs.subject, int(pairs.subject.tests * share)
                tell(f"{subject.name}, pair {number + 1} of {rounds}")
                pairs.without.append(measure(pairs.python, subject.without, tests, workshop))
                pairs.with_it.append(measure(pairs.python, subject.with_it, tests, workshop))
    return [pairs.compared() for pairs in measured]


def _prepared(subject: Subject) -> _Pairs:
    try:
        return _Pairs(subject, python_of(subject.environment))
    except NotInstallableError as error:
        return _Pairs(subject, problem=f"not installed: {error}")


def _own_cost(runs: list[Run]) -> OwnCost | None:
    """Return the median of what the runs' summaries said."""
    said = [run.own_cost for run in runs if run.own_cost is not None]
    if not said:
        return None
    return OwnCost(
        statistics.median(own.median_ms for own in said),
        statistics.median(own.p95_ms for own in said),
    )
