"""Find the tests whose outcome depends on the order, and not on chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from freshdb.hunt.findings import Kind, Loose, Report
from freshdb.hunt.lab import BudgetSpent, Lab
from freshdb.hunt.orders import Order, orders
from freshdb.hunt.trials import Outcome, Piece, Trial

_ALONE = 4
"""How many times a suspect is run alone before its outcome is believed."""
_MOST_RESTARTS = 20
_SECONDS_PER_FORK = 0.02

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
    contexts: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def kind(self) -> Kind:
        """Tell whether it suffers from company, or needs it."""
        return Kind.BRITTLE if self.alone.is_bad else Kind.VICTIM

    def flips(self, outcome: Outcome | None) -> bool:
        """Tell whether an outcome is the other one than alone."""
        return outcome is not None and outcome.is_bad != self.alone.is_bad


@dataclass
class Survey:
    """What running the whole suite in many ways showed.

    Attributes:
        seen: of each test, its outcome in each order, with the tests before it.
        alone: of each test, how it goes alone.
        deltas: of each test, the state that it leaves when run alone.
    """

    seen: dict[int, list[tuple[Outcome, tuple[int, ...]]]] = field(default_factory=dict)
    alone: dict[int, Outcome] = field(default_factory=dict)
    deltas: dict[int, tuple[Piece, ...]] = field(default_factory=dict)


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
        tell(f"running the suite in {min(affordable, len(shuffled))} random orders")
        lab.each(lambda order: _run(lab, found, report, order), shuffled[:affordable])
    except BudgetSpent:
        report.not_done.append("some of the orders: the budget was spent")
    return found


def suspects(lab: Lab, found: Survey, report: Report) -> list[Suspect]:
    """Return the tests that went both ways, but not by chance."""
    mixed = []
    for place in range(len(lab.suite.tests)):
        ways = {outcome.is_bad for outcome, _ in found.seen.get(place, ())}
        if place in found.alone:
            ways.add(found.alone[place].is_bad)
        if len(ways) > 1:
            mixed.append(place)
        elif ways == {True}:
            report.always_failing.append(lab.suite.tests[place])
    try:
        suspected = [one for one in lab.each(lambda place: alone(lab, place, report), mixed) if one]
    except BudgetSpent:
        note = "it goes differently in different orders; nobody had time to find out why"
        report.unexplained += [Loose(lab.suite.tests[place], note) for place in mixed]
        raise
    for suspect in suspected:
        suspect.contexts = sorted(
            (before for outcome, before in found.seen[suspect.place] if suspect.flips(outcome)),
            key=len,
        )
    return suspected


def alone(lab: Lab, place: int, report: Report) -> Suspect | None:
    """Run a test alone several times; None if it goes now this way and now that."""
    trials = [Trial((place,), wants_delta=True)]
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
        for number, outcome in enumerate(result.outcomes):
            before = tuple(rest[:number])
            found.seen.setdefault(rest[number], []).append((outcome, before))
        rest = rest[len(result.outcomes) :]
        if not rest:
            break
    else:
        report.not_done.append(f"{len(rest)} tests of {order.name}: too many crashes before")
    report.orders.append(order.name)


def _run_alone(lab: Lab, found: Survey, report: Report, tell: Tell) -> None:
    tests = range(len(lab.suite.tests))
    suite_s = sum(map(lab.seconds_of, tests))
    if (suite_s + len(tests) * _SECONDS_PER_FORK) / lab.jobs > 0.35 * lab.budget.left_s:
        report.not_done.append("running every test alone: the budget is too small for it")
        return
    tell(f"running {len(tests)} tests alone")
    results = lab.run_all(Trial((place,), wants_delta=True) for place in tests)
    for place, result in zip(tests, results, strict=True):
        if result.outcomes:
            found.alone[place] = result.outcomes[0]
        found.deltas[place] = result.delta


def _affordable_orders(lab: Lab) -> int:
    suite_s = sum(map(lab.seconds_of, range(len(lab.suite.tests)))) or 0.01
    return int(min(1000.0, 0.25 * lab.budget.left_s * lab.jobs / suite_s))
