"""Find the tests whose outcome depends on the order, and not on chance."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from freshdb.hunt.findings import Kind, Loose, Report
from freshdb.hunt.lab import BudgetSpent, Lab
from freshdb.hunt.orders import Order, neighbours, orders
from freshdb.hunt.trials import Outcome, Piece, Trial

_ALONE = 3
"""How many times a suspect is run alone before its outcome is believed."""
_MOST_RESTARTS = 20
_MOST_CONTEXTS = 3
_SECONDS_PER_FORK = 0.02
_SECONDS_PER_TRIAL = 0.05
_LONGEST_PAIRING_S = 30.0
_MOST_LIKELY = (3, 30)
"""So many pieces of state are taken for likely, first and second."""
_PAIRING = "tests right after each other"

Tell = Callable[[str], None]


@dataclass
class Suspect:
    """A test that goes differently in company than alone.

    Attributes:
        place: of the test in the suite.
        alone: how it goes alone.
        contexts: tests that were run before it when it went the other way, in their order.
    """

    place: int
    alone: Outcome
    contexts: list[tuple[int, ...]] = field(default_factory=list, compare=False)

    @property
    def kind(self) -> Kind:
        """Tell whether it suffers from company, or needs it."""
        return Kind.BRITTLE if self.alone.is_bad else Kind.VICTIM

    def flips(self, outcome: Outcome | None) -> bool:
        """Tell whether an outcome is the other one than alone."""
        return outcome is not None and outcome.is_bad != self.alone.is_bad


@dataclass(frozen=True)
class Run:
    """Tests that were run one after another in one process.

    Attributes:
        tests: in their order.
        outcomes: of each of them.
        places: where in this run each test was.
    """

    tests: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    places: dict[int, int]


@dataclass
class Survey:
    """What running the whole suite in many ways showed.

    Attributes:
        runs: the orders that were run.
        alone: of each test, how it goes alone.
        deltas: of each test, the state that it leaves when run alone.
        leave_threads: how many tests leave threads running.
    """

    runs: list[Run] = field(default_factory=list)
    alone: dict[int, Outcome] = field(default_factory=dict)
    deltas: dict[int, tuple[Piece, ...]] = field(default_factory=dict)
    leave_threads: int = 0
    _leaving: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _first: dict[str, list[float]] = field(default_factory=dict)

    @property
    def forks_well(self) -> bool:
        """Tell whether what tests leave lives on in a fork; threads do not."""
        return self.leave_threads * 4 <= len(self.alone)

    def outcomes(self, place: int) -> list[Outcome]:
        """Return how a test went, each time that it was run."""
        found = [run.outcomes[run.places[place]] for run in self.runs if place in run.places]
        return found + ([self.alone[place]] if place in self.alone else [])

    def ways(self, place: int) -> set[bool]:
        """Return whether a test was seen to go well, badly, or both."""
        return {outcome.is_bad for outcome in self.outcomes(place)}

    def contexts(
        self, suspect: Suspect, most: int | None = _MOST_CONTEXTS
    ) -> list[tuple[int, ...]]:
        """Return what was run before a test when it went the other way, the shortest first."""
        found = []
        for run in self.runs:
            number = run.places.get(suspect.place)
            if number is not None and suspect.flips(run.outcomes[number]):
                found.append(run.tests[:number])
        return sorted(found, key=len)[:most]

    def explains(self, suspect: Suspect, key: str) -> int:
        """Return how well a piece of state explains in which orders a test flipped.

        It is taken to be there from the first test on that leaves it when run alone. That the test
        went as it does alone with the piece there counts most against it; that it flipped without
        it counts little, since there may be more than one cause.
        """
        total = 0
        for run, first in zip(self.runs, self._first_places(key), strict=False):
            number = run.places.get(suspect.place)
            if number is None:
                continue
            if suspect.flips(run.outcomes[number]):
                total += 2 if first < number else -1
            elif first < number:
                total -= 4
        return total

    def narrowed(self, suspect: Suspect, context: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return the few tests of a context that leave what explains best, then all of them."""
        self.leaving("")
        rare = [key for key, places in self._leaving.items() if 2 * len(places) <= len(self.alone)]
        best = sorted(rare, key=lambda key: self.explains(suspect, key), reverse=True)
        found = []
        for most in _MOST_LIKELY:
            leaving = {place for key in best[:most] for place in self.leaving(key)}
            some = tuple(place for place in context if place in leaving)
            if 0 < 2 * len(some) <= len(context) and some not in found:
                found.append(some)
        return [*found, context]

    def leaving(self, key: str) -> tuple[int, ...]:
        """Return the tests that leave a piece of state when run alone."""
        if not self._leaving:
            found: dict[str, list[int]] = {}
            for place, delta in self.deltas.items():
                for piece in delta:
                    found.setdefault(piece.key, []).append(place)
            self._leaving = {one: tuple(places) for one, places in found.items()}
        return self._leaving.get(key, ())

    def _first_places(self, key: str) -> list[float]:
        """Return where in each order the first test is that leaves a piece of state."""
        known = self._first.get(key)
        if known is None:
            leaving = self.leaving(key)
            known = self._first[key] = [
                min((run.places[one] for one in leaving if one in run.places), default=math.inf)
                for run in self.runs
            ]
        return known

    def ranked(self, suspect: Suspect) -> list[int]:
        """Return other tests by how well their coming before explains how this one went.

        With one culprit and nothing that puts right what it did, only the culprit explains all
        orders, and a dozen random orders single one out of thousands.
        """
        agreed: dict[int, int] = {}
        for run in self.runs:
            number = run.places.get(suspect.place)
            if number is None:
                continue
            flipped = suspect.flips(run.outcomes[number])
            for place, other in run.places.items():
                if (other < number) == flipped:
                    agreed[place] = agreed.get(place, 0) + 1
        agreed.pop(suspect.place, None)
        return sorted(agreed, key=lambda place: -agreed[place])


def survey(lab: Lab, report: Report, tell: Tell, *, randoms: int, seed: int) -> Survey:
    """Run the suite in its own order, reversed, in random orders, and test by test."""
    found = Survey()
    own, reverse, *shuffled = orders(lab.suite.classes, randoms, seed)
    try:
        tell("running the suite in its own order and reversed")
        lab.each(lambda order: _run(lab, found, report, order), [own, reverse])
        affordable = _affordable_orders(lab)
        if affordable < len(shuffled):
            report.not_done.append(
                f"{len(shuffled) - affordable} of {len(shuffled)} random orders: the budget is "
                "too small for them"
            )
        _run_alone(lab, found, report, tell)
        lost = _lost(lab, found, report)
        tell(f"running the suite in {min(affordable, len(shuffled))} random orders")
        some = [order.without(lost) for order in shuffled[:affordable]]
        lab.each(lambda order: _run(lab, found, report, order), some)
        if affordable >= len(shuffled):
            _run_neighbours(lab, found, report, tell, seed, lost)
    except BudgetSpent:
        report.not_done.append("some of the orders: the budget was spent")
    return found


def suspects(lab: Lab, found: Survey, report: Report) -> list[Suspect]:
    """Return the tests that went both ways, but not by chance."""
    every = range(len(lab.suite.tests))
    mixed = [place for place in every if len(found.ways(place)) > 1]
    broken = [place for place in every if found.ways(place) == {True}]
    report.always_failing += [lab.suite.tests[place] for place in broken]
    try:
        suspected = [one for one in lab.each(lambda place: alone(lab, place, report), mixed) if one]
    except BudgetSpent:
        note = "it goes differently in different orders; nobody had time to find out why"
        report.unexplained += [Loose(lab.suite.tests[place], note) for place in mixed]
        raise
    for suspect in suspected:
        suspect.contexts = found.contexts(suspect)
    return suspected


def alone_trial(place: int) -> Trial:
    """Return the trial that tells how a test goes alone, how it begins, and what it leaves."""
    return Trial((place,), wants_delta=True, wants_start=True)


def alone(lab: Lab, place: int, report: Report) -> Suspect | None:
    """Run a test alone several times; None if it goes now this way and now that."""
    trials = [alone_trial(place)]
    trials += [Trial((place,), repeat=number) for number in range(1, _ALONE)]
    outcomes = [one.outcomes[0] for one in lab.run_all(trials)]
    failed = sum(one.is_bad for one in outcomes)
    if 0 < failed < len(outcomes):
        note = f"alone it failed {failed} of {len(outcomes)} times"
        report.by_chance.append(Loose(lab.suite.tests[place], note))
        return None
    return Suspect(place, outcomes[0])


def _run(lab: Lab, found: Survey, report: Report, order: Order) -> None:
    """Run an order; where a test takes the process down, go on with the next in a new one."""
    rest: Sequence[int] = order.tests
    for _ in range(_MOST_RESTARTS):
        result = lab.run(Trial(tuple(rest)))
        done = tuple(rest[: len(result.outcomes)])
        places = {place: number for number, place in enumerate(done)}
        found.runs.append(Run(done, result.outcomes, places))
        rest = rest[len(done) :]
        if not rest:
            break
    else:
        report.not_done.append(f"{len(rest)} tests of {order.name}: too many crashes before")
    if order.name not in report.orders:
        report.orders.append(order.name)


def _lost(lab: Lab, found: Survey, report: Report) -> frozenset[int]:
    """Return the tests that took their process down, or hung, whenever they were run.

    They leave nothing to tests after them, which begin in a new process, and cost much time.
    """
    lost = frozenset(
        place for place in found.alone if all(one.is_lost for one in found.outcomes(place))
    )
    report.notes += [
        f"{lab.suite.tests[place]} {found.alone[place].result}, alone and in two orders; it was "
        "left out of the others"
        for place in sorted(lost)
    ]
    return lost


def _run_neighbours(
    lab: Lab, found: Survey, report: Report, tell: Tell, seed: int, lost: Collection[int]
) -> None:
    """Put tests right behind each other, as many as there is time for."""
    tests = [place for place in range(len(lab.suite.tests)) if place not in lost]
    every = [tuple(tests[one] for one in order) for order in neighbours(len(tests))]
    random.Random(seed).shuffle(every)  # noqa: S311  # which ones come first, if not all can
    suite_s = sum(map(lab.seconds_of, tests)) + _SECONDS_PER_TRIAL
    affordable = int(min(_LONGEST_PAIRING_S, 0.1 * lab.budget.left_s) * lab.jobs / suite_s)
    if affordable < len(every):
        report.notes.append(
            f"{affordable} of the {len(every)} orders were run that put every test right after "
            "every other"
        )
    some = [Order(_PAIRING, order) for order in every[:affordable]]
    tell(f"running {len(some)} orders that put tests right after each other")
    lab.each(lambda order: _run(lab, found, report, order), some)


def _run_alone(lab: Lab, found: Survey, report: Report, tell: Tell) -> None:
    tests = range(len(lab.suite.tests))
    suite_s = sum(map(lab.seconds_of, tests))
    if (suite_s + len(tests) * _SECONDS_PER_FORK) / lab.jobs > 0.35 * lab.budget.left_s:
        report.not_done.append("running every test alone: the budget is too small for it")
        return
    tell(f"running {len(tests)} tests alone")
    results = lab.run_all(map(alone_trial, tests))
    for place, result in zip(tests, results, strict=True):
        if result.outcomes:
            found.alone[place] = result.outcomes[0]
        found.deltas[place] = result.delta
        found.leave_threads += result.threads > 0


def _affordable_orders(lab: Lab) -> int:
    suite_s = sum(map(lab.seconds_of, range(len(lab.suite.tests)))) or 0.01
    return int(min(1000.0, 0.25 * lab.budget.left_s * lab.jobs / suite_s))
